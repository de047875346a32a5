import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { DeadLetter, Subscription, SubscriptionCounts, SubscriptionSpec } from '../../domain/subscription.ts';
import { Recent } from '../../kit/recent.ts';
import { ID_ALPHABET } from '../../kit/random.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import type { FurtherEvents, FurtherEventStore, Page, PendingEvent } from '../../ports/callbacks.ts';
import type { AttemptResult, SubscriptionHealth, SubscriptionStore, Subscriptions } from '../../ports/subscriptions.ts';
import { BackendNotifier, type BackendNotifierDeps } from '../backend-notifier.ts';
import { type DeliveryOutcome, reasonOf } from '../retry-policy.ts';
import { SINK_ID } from './sink-delivery.ts';
import { SubscriptionClient, type SubscriptionClientDeps } from './subscription-client.ts';
import { COUNTS_FRESH_MS, subscriptionHealth } from './subscription-health.ts';
import { WantedFurtherEvents } from './further-events.ts';
import { SUBSCRIBER } from './subscription-policy.ts';

/** The dependencies of {@link SubscriptionService}. */
export interface SubscriptionServiceDeps
  extends
    Pick<BackendNotifierDeps<PendingEvent>, 'settings' | 'random' | 'log' | 'lease' | 'metrics'>,
    SubscriptionClientDeps {
  store: SubscriptionStore;
  furtherEvents: FurtherEventStore;
}

/** A subscription, and what delivers to it unless it is paused. */
interface Running {
  subscription: Subscription;
  client: SubscriptionClient;
  notifier: BackendNotifier<PendingEvent> | undefined;
}

const MAX_SUBSCRIPTIONS = 50;
/** Of deliveries to one subscription. */
const CONCURRENCY = 16;

/**
 * Receivers besides the main backend. Each has a notifier of its own, with its own order, retries and breaker, so that none delays
 * another, nor the main backend.
 */
export class SubscriptionService implements Subscriptions, AsyncDisposable {
  readonly #deps: SubscriptionServiceDeps;
  readonly #running = new Map<string, Running>();
  readonly #further: WantedFurtherEvents;
  /** Changes come one after the other. */
  readonly #changes = new SerialQueue();
  readonly #health: Recent<SubscriptionHealth[]>;
  #hasStarted = false;

  constructor(deps: SubscriptionServiceDeps) {
    this.#deps = deps;
    this.#further = new WantedFurtherEvents(deps.furtherEvents);
    this.#health = new Recent(() => this.#healthNow(), deps.clock, COUNTS_FRESH_MS);
  }

  /** Where the parts of the product report the events that only these receive. */
  get furtherEvents(): FurtherEvents {
    return this.#further;
  }

  /** Starts delivering to all that are stored. Call it once. */
  async start(): Promise<void> {
    this.#hasStarted = true;
    await this.reload();
  }

  /** Reads anew what other nodes have changed. */
  reload(): Promise<void> {
    return this.#changes.run(async () => {
      const stored = await this.#deps.store.all();
      const ids = new Set(stored.map(({ id }) => id));
      for (const id of this.#running.keys()) if (!ids.has(id)) await this.#forget(id);
      for (const subscription of stored) {
        if (subscription.id === SINK_ID) this.#further.wishOf(subscription);
        else await this.#begin(subscription);
      }
    });
  }

  /** Delivers what is pending of sessions that have come to this process. */
  adopt(sessionIds: readonly SessionId[]): void {
    for (const { notifier } of this.#running.values()) notifier?.adopt(sessionIds);
  }

  /** A session leaves this process. Resolves when the deliveries in flight have ended and are recorded. */
  async leave(sessionId: SessionId): Promise<void> {
    const notifiers = [...this.#running.values()].flatMap(({ notifier }) => notifier ?? []);
    await Promise.all(notifiers.map((notifier) => notifier.leave(sessionId)));
  }

  list(): readonly Subscription[] {
    return [...this.#running.values()]
      .map(({ subscription }) => subscription)
      .toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  }

  find(id: string): Subscription {
    return this.#of(id).subscription;
  }

  create(spec: SubscriptionSpec): Promise<Subscription> {
    return this.#changes.run(async () => {
      if (this.#running.size >= MAX_SUBSCRIPTIONS) throw new AppError('too_many_webhooks');
      this.#deps.guard.check(spec.url);
      const { random, clock, store } = this.#deps;
      const subscription = { ...spec, id: `sub_${random.text(16, ID_ALPHABET)}`, createdAtMs: clock.now() };
      await store.add(subscription);
      await this.#begin(subscription);
      return subscription;
    });
  }

  change(id: string, change: Partial<SubscriptionSpec>): Promise<Subscription> {
    return this.#changes.run(async () => {
      const changed = { ...this.find(id), ...change };
      if (change.url !== undefined) this.#deps.guard.check(change.url);
      await this.#deps.store.change(changed);
      await this.#begin(changed);
      return changed;
    });
  }

  remove(id: string): Promise<void> {
    return this.#changes.run(async () => {
      this.#of(id);
      await this.#deps.store.remove(id);
      await this.#forget(id);
    });
  }

  test(id: string): Promise<AttemptResult> {
    const { client } = this.#of(id);
    return this.#timed(() => client.test(`test_${this.#deps.random.text(24, ID_ALPHABET)}`));
  }

  counts(id: string): Promise<SubscriptionCounts> {
    return this.#deps.store.counts(this.find(id), this.#deps.clock.now());
  }

  deadLetters(id: string, page: Page): Promise<DeadLetter[]> {
    return this.#deps.store.deadLetters(this.find(id).id, page);
  }

  async retry(id: string, deadLetterId: number): Promise<AttemptResult> {
    const { client } = this.#of(id);
    const letter = await this.#deps.store.letterOf(id, deadLetterId);
    if (letter === undefined) throw new AppError('callback_not_found');
    if (letter === null) throw new AppError('callback_not_repeatable', { message: EXPIRED });
    const result = await this.#timed(() => client.deliver(letter));
    if (result.isAccepted) await this.#deps.store.removeDeadLetter(id, deadLetterId);
    return result;
  }

  async discard(id: string, deadLetterId: number): Promise<void> {
    if (!(await this.#deps.store.removeDeadLetter(this.find(id).id, deadLetterId))) {
      throw new AppError('callback_not_found');
    }
  }

  replay(id: string, sessionId: SessionId, sinceMs: number): Promise<number> {
    return this.#deps.store.rewind(this.find(id).id, sessionId, sinceMs);
  }

  /** How each is doing, up to ten seconds ago; the oldest first. */
  health(): Promise<readonly SubscriptionHealth[]> {
    return this.#health.get();
  }

  /** Resolves when the deliveries in flight have ended and are recorded. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#changes.run(async () => {
      this.#hasStarted = false;
      await Promise.all([...this.#running.keys()].map((id) => this.#end(id)));
    });
  }

  #healthNow(): Promise<SubscriptionHealth[]> {
    const { store, clock } = this.#deps;
    const nowMs = clock.now();
    return Promise.all(
      this.list().map(async (subscription) => {
        const counts = await store.counts(subscription, nowMs);
        const { notifier } = this.#running.get(subscription.id) ?? {};
        return subscriptionHealth(subscription, notifier, counts, nowMs);
      }),
    );
  }

  #of(id: string): Running {
    const running = this.#running.get(id);
    if (!running) throw new AppError('webhook_not_found');
    return running;
  }

  /** Delivers to it as it is now. Does nothing when it has not changed. */
  async #begin(subscription: Subscription): Promise<void> {
    const known = this.#running.get(subscription.id);
    if (known && JSON.stringify(known.subscription) === JSON.stringify(subscription)) return;
    if (known) await this.#end(subscription.id);
    if (!this.#hasStarted) return;
    this.#further.wishOf(subscription);
    const client = new SubscriptionClient(subscription, this.#deps);
    const notifier = subscription.isPaused ? undefined : this.#notifierOf(subscription, client);
    this.#running.set(subscription.id, { subscription, client, notifier });
    await notifier?.start();
  }

  async #forget(id: string): Promise<void> {
    this.#further.forget(id);
    await this.#end(id);
  }

  async #end(id: string): Promise<void> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    await running?.notifier?.[Symbol.asyncDispose]();
    running?.client[Symbol.dispose]();
  }

  #notifierOf(subscription: Subscription, client: SubscriptionClient): BackendNotifier<PendingEvent> {
    const { store, log, ...deps } = this.#deps;
    return new BackendNotifier<PendingEvent>({
      ...deps,
      queue: store.queueOf(subscription),
      deliver: (callback) => client.deliver(callback),
      policy: SUBSCRIBER,
      concurrency: CONCURRENCY,
      log: log.child({ webhook: subscription.id }),
    });
  }

  async #timed(attempt: () => Promise<DeliveryOutcome>): Promise<AttemptResult> {
    const { clock } = this.#deps;
    const sinceMs = clock.monotonic();
    const outcome = await attempt();
    return { ...resultOf(outcome), durationMs: Math.round(clock.monotonic() - sinceMs) };
  }
}

const EXPIRED = 'The event of this dead letter has expired, or cannot be read.';

function resultOf(outcome: DeliveryOutcome): Omit<AttemptResult, 'durationMs'> {
  if (outcome.kind === 'accepted') return { isAccepted: true, status: null, error: null };
  const status = outcome.kind === 'refused' ? outcome.status : null;
  return { isAccepted: false, status, error: reasonOf(outcome, 'the receiver') };
}
