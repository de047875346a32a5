import type { AnyEventKind } from '../../domain/further-event.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { COUNTS_FRESH_MS } from './subscription-health.ts';
import type { Subscription, SubscriptionSpec } from '../../domain/subscription.ts';
import { describeFailure } from '../../kit/failure.ts';
import { Recent } from '../../kit/recent.ts';
import type { AwaitedEvents, PendingEvent } from '../../ports/callbacks.ts';
import type { EventSink, SinkBacklog } from '../../ports/sink.ts';
import type { SubscriptionStore } from '../../ports/subscriptions.ts';
import { BackendNotifier, type BackendNotifierDeps, type DeliveryPolicy } from '../backend-notifier.ts';
import { type DeliveryOutcome, retry } from '../retry-policy.ts';

/** The subscription of the sink, which REST does not show. */
export const SINK_ID = 'sink';

/** The dependencies of {@link SinkDelivery}. */
export interface SinkDeliveryDeps extends Pick<
  BackendNotifierDeps,
  'settings' | 'clock' | 'random' | 'log' | 'lease' | 'metrics'
> {
  store: SubscriptionStore;
  sink: EventSink;
  /** `SINK_EVENTS`; `null` for all. */
  events: SubscriptionSpec['events'];
}

/** Of deliveries, which the sink puts together. */
const CONCURRENCY = 64;

/** Nothing is given up before it expires: what the database refuses today, it takes when its operator has mended it. */
const SINK: DeliveryPolicy<AnyEventKind> = {
  isUnwanted: () => false,
  verdict: (attempt, { retentionMs }, random) =>
    attempt.ageMs > retentionMs ? { kind: 'dead', reason: 'it has expired' } : retry(attempt, random),
  advice: 'check SINK_DATABASE_URL',
  receiver: 'the sink',
};

/** Writes the events of this node's sessions into the sink, in order within each session, each exactly once. */
export class SinkDelivery implements AsyncDisposable {
  readonly #deps: SinkDeliveryDeps;
  readonly #subscription: Subscription;
  readonly #notifier: BackendNotifier<PendingEvent>;
  readonly #backlog: Recent<SinkBacklog>;
  #failure: string | null = null;

  constructor({ store, sink, events, ...deps }: SinkDeliveryDeps) {
    this.#deps = { store, sink, events, ...deps };
    const spec = { name: 'sink', url: '', events, sessions: null, headers: {}, secret: '' };
    // Paused for nodes of an earlier version, which would take it for a webhook.
    this.#subscription = { ...spec, id: SINK_ID, isPaused: true, createdAtMs: deps.clock.now() };
    this.#notifier = new BackendNotifier({
      ...deps,
      queue: store.queueOf(this.#subscription),
      deliver: (callback) => this.#deliver(callback),
      policy: SINK,
      concurrency: CONCURRENCY,
    });
    this.#backlog = new Recent(() => this.#backlogNow(), deps.clock, COUNTS_FRESH_MS);
  }

  /** Starts writing what happens from the first start on. Call it once. */
  async start(): Promise<void> {
    const { store } = this.#deps;
    const isThere = async () => (await store.all()).some(({ id }) => id === SINK_ID);
    if (await isThere()) await store.change(this.#subscription);
    else
      await store.add(this.#subscription).catch(async (error: unknown) => {
        // Another node was quicker.
        if (!(await isThere())) throw error;
      });
    await this.#notifier.start();
    // A database that is away delays nothing here.
    void this.#try(() => this.#deps.sink.open());
  }

  /** Writes what is pending of sessions that have come to this process. */
  adopt(sessionIds: readonly SessionId[]): void {
    this.#notifier.adopt(sessionIds);
  }

  /** A session leaves this process. Resolves when the write in flight has ended and is recorded. */
  leave(sessionId: SessionId): Promise<void> {
    return this.#notifier.leave(sessionId);
  }

  /** Why the last event could not be written, for people; `null` when it could. */
  get problem(): string | null {
    return this.#failure && `Events cannot be written to SINK_DATABASE_URL (${this.#failure}): they wait.`;
  }

  /** What waits to be written, over all nodes; up to ten seconds old. */
  backlog(): Promise<SinkBacklog> {
    return this.#backlog.get();
  }

  async #backlogNow(): Promise<SinkBacklog> {
    const { store, clock } = this.#deps;
    const { pending, oldestPendingSeconds } = await store.counts(this.#subscription, clock.now());
    return { pending, oldestPendingSeconds };
  }

  /** The events that must not be removed yet. */
  get awaited(): AwaitedEvents {
    const { events: kinds, settings } = this.#deps;
    return { subscriptionId: SINK_ID, kinds, retentionMs: settings.retentionMs };
  }

  /** Resolves when the writes in flight have ended and are recorded. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#notifier[Symbol.asyncDispose]();
    await this.#deps.sink[Symbol.asyncDispose]();
  }

  async #deliver(callback: PendingEvent): Promise<DeliveryOutcome> {
    const failure = await this.#try(() => this.#deps.sink.write(callback));
    if (failure === null) return { kind: 'accepted' };
    return { kind: 'unreachable', detail: `the sink failed: ${failure}`, maybeArrived: true };
  }

  /** Returns and remembers why it failed; `null` when it did not. */
  async #try(work: () => Promise<void>): Promise<string | null> {
    try {
      await work();
      return (this.#failure = null);
    } catch (error) {
      const { code, message } = describeFailure(error);
      return (this.#failure = code ?? message);
    }
  }
}

/** The setting is gone: nothing is kept for the sink any more. */
export async function forgetSink(store: Pick<SubscriptionStore, 'all' | 'remove'>): Promise<void> {
  if ((await store.all()).some(({ id }) => id === SINK_ID)) await store.remove(SINK_ID);
}
