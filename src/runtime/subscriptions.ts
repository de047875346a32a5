import type { Config } from '../config/config.ts';
import { UrlRules, systemAddresses, systemResolve } from '../http/server.ts';
import { AppError } from '../domain/errors.ts';
import type { AnyEventKind } from '../domain/further-event.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { AwaitedEvents } from '../ports/callbacks.ts';
import type { CallbackFate, Metrics } from '../ports/metrics.ts';
import type { Lease } from '../ports/ownership.ts';
import type { SinkBacklog } from '../ports/sink.ts';
import type { Storage } from '../ports/storage.ts';
import { VERSION } from '../version.ts';
import { forgetSink, SinkDelivery } from '../webhooks/subscriptions/sink-delivery.ts';
import type { UrlGuard } from '../webhooks/subscriptions/subscription-client.ts';
import { SubscriptionService } from '../webhooks/subscriptions/subscription-service.ts';

/** What the subscriptions are built on. */
export interface SubscriptionsDeps {
  storage: Pick<Storage, 'subscriptions' | 'furtherEvents'>;
  metrics: Pick<Metrics, 'subscriberPosted'>;
  lease: Lease;
  clock: Clock;
  random: Random;
  log: Logger;
}

const REFUSAL =
  'Webhooks are only posted over http or https, to public addresses or hosts of WEBHOOK_ALLOWED_HOSTS, and to URLs without credentials.';

/** Receivers besides the main backend, which are subject to the same limits as it. */
export function createSubscriptions({ backend }: Config, deps: SubscriptionsDeps): SubscriptionService {
  return new SubscriptionService({
    ...deliveryDeps(backend, deps, 'webhooks'),
    furtherEvents: deps.storage.furtherEvents,
    timeoutMs: backend.timeoutMs,
    guard: guardOf(backend.webhookAllowedHosts),
    version: VERSION,
  });
}

/** What writes events into the operator's own table, which does nothing without `SINK_DATABASE_URL`. */
export async function createSink({ sink, backend }: Config, deps: SubscriptionsDeps): Promise<Sink> {
  if (!sink) {
    await forgetSink(deps.storage.subscriptions);
    return NO_SINK;
  }
  // Only now: without it, a start on SQLite loads no client of PostgreSQL.
  const { PostgresSink } = await import('../sink/postgres-sink.ts');
  // An event is never kept for less time than without the sink.
  const retentionMs = Math.max(sink.retentionMs, backend.retentionMs);
  const delivery = deliveryDeps({ ...backend, retentionMs }, deps, 'sink');
  const memoryMs = Math.max(2 * retentionMs, WEEK_MS);
  return new SinkDelivery({
    ...delivery,
    events: sink.events,
    sink: new PostgresSink(sink, { memoryMs, clock: deps.clock, log: delivery.log }),
  });
}

/** What delivers to any receiver besides the main backend. */
function deliveryDeps(
  { retries, poisonAfterMs, retentionMs }: Config['backend'],
  { storage, metrics, lease, clock, random, log }: SubscriptionsDeps,
  part: string,
) {
  return {
    ...{ store: storage.subscriptions, lease, clock, random, log: log.child({ part }) },
    settings: { retries, poisonAfterMs, retentionMs },
    metrics: {
      posted: (_: AnyEventKind, fate: CallbackFate) => metrics.subscriberPosted(fate),
      arrived: () => undefined,
    },
  };
}

/** What the process needs of a sink. */
export interface Sink extends Pick<SinkDelivery, 'start' | 'adopt' | 'leave' | 'problem'>, AsyncDisposable {
  /** What waits to be written; `null` without a sink. */
  backlog(): Promise<SinkBacklog | null>;
  /** The events that must not be removed yet; `undefined` without a sink. */
  readonly awaited: AwaitedEvents | undefined;
}

const NO_SINK: Sink = {
  start: () => Promise.resolve(),
  adopt: () => undefined,
  leave: () => Promise.resolve(),
  problem: null,
  backlog: () => Promise.resolve(null),
  awaited: undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const WEEK_MS = 7 * 86_400_000;

function guardOf(allowedHosts: readonly string[]): UrlGuard {
  const rules = new UrlRules({ allowedHosts, resolve: systemResolve, ownAddresses: systemAddresses });
  return {
    check(url) {
      try {
        return rules.check(url);
      } catch (cause) {
        throw new AppError('url_not_allowed', { message: REFUSAL, cause });
      }
    },
    lookupFor: (url) => rules.lookupFor(url),
  };
}
