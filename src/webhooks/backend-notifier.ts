import { SessionLostError } from '../domain/errors.ts';
import type { AnyEventKind } from '../domain/further-event.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import { Supervisor } from '../kit/supervisor.ts';
import type { DeliveryQueue, PendingCallback, PendingEvent } from '../ports/callbacks.ts';
import { LASTING_LEASE, type Lease } from '../ports/ownership.ts';
import type { BreakerState, CallbackFate, Metrics } from '../ports/metrics.ts';
import { arrivalIn } from './arrival.ts';
import { type BackendHealth, BackendHealthTracker } from './backend-health.ts';
import { Breaker } from './breaker.ts';
import type { Deliver } from './delivery-client.ts';
import { LeftSessions } from './left-sessions.ts';
import { Pauses } from './pauses.ts';
import {
  type DeliveryFailure,
  type FailedAttempt,
  isUnwanted,
  mayBeAccepted,
  reasonOf,
  type Receiver,
  type RetryDelay,
  type RetrySettings,
  type Verdict,
  verdict,
} from './retry-policy.ts';
import { refusesJustThis } from './refused-announcement.ts';
import { Suspicion } from './suspicion.ts';

/** The dependencies of a {@link BackendNotifier}. */
export interface BackendNotifierDeps<Pending extends PendingEvent = PendingCallback> {
  queue: DeliveryQueue<Pending>;
  deliver: Deliver<Pending>;
  settings: RetrySettings;
  metrics: DeliveryMetrics<Pending['kind']>;
  clock: Clock;
  random: Random;
  log: Logger;
  /** The number of concurrent deliveries; 64 by default. */
  concurrency?: number;
  /** Nothing is posted while it is over; it is held for ever by default. */
  lease?: Lease;
  /** What follows a failure; by default what is right for the main backend. */
  policy?: DeliveryPolicy<Pending['kind']>;
}

/** What is measured of deliveries. */
interface DeliveryMetrics<Kind extends AnyEventKind> extends Pick<Metrics, 'arrived'> {
  posted(kind: Kind, fate: CallbackFate, ageMs: number): void;
}

/** Decides what follows a failed attempt. */
export interface DeliveryPolicy<Kind extends AnyEventKind> {
  /** Whether the receiver has no use for this kind of event, which is settled then. */
  isUnwanted(kind: Kind, failure: DeliveryFailure): boolean;
  verdict(attempt: FailedAttempt, settings: RetrySettings, random: Random): Verdict;
  /** What to check when the receiver refuses everything. */
  advice: string;
  /** How the log names it. */
  receiver: Receiver;
}

const MAIN_BACKEND: DeliveryPolicy<AnyEventKind> = {
  isUnwanted,
  verdict,
  advice: 'check BACKEND_BASE_URL and PRODUCTION_API_KEY',
  receiver: 'the backend',
};

const CONCURRENCY = 64;
/** The pause of a worker whose queue fails. */
const QUEUE_FAILURE_DELAY: RetryDelay = { delayMs: 5_000, requestedMs: 0 };
/** The pause of a worker while the lease is over. */
const NO_LEASE_DELAY: RetryDelay = { delayMs: 500, requestedMs: 0 };
const NO_DELAY: RetryDelay = { delayMs: 0, requestedMs: 0 };

/**
 * Delivers the pending callbacks to the main backend as webhooks: one worker for each session that has some, in order within
 * the session, at least once. A worker attempts the oldest callback until it is settled, and ends when nothing is pending; the
 * queue's ready signal starts it again. Everything it knows is in the queue, so a crash at any moment loses nothing.
 */
export class BackendNotifier<Pending extends PendingEvent = PendingCallback> implements AsyncDisposable {
  readonly #deps: BackendNotifierDeps<Pending>;
  readonly #lease: Lease;
  readonly #policy: DeliveryPolicy<Pending['kind']>;
  readonly #breaker: Breaker;
  readonly #pauses: Pauses;
  readonly #workers: Supervisor;
  readonly #health: BackendHealthTracker;
  readonly #suspicion: Suspicion;
  /** The sessions with a worker, and whether they were signalled since it last looked. */
  readonly #signalled = new Map<SessionId, boolean>();
  readonly #attempts = new Map<SessionId, Promise<unknown>>();
  readonly #left = new LeftSessions();
  /** The sessions for which somebody asked for an attempt now, and that have made none since. */
  readonly #retryRequested = new Set<SessionId>();
  #unsubscribe: (() => void)[] = [];
  #isStopping = false;

  constructor(deps: BackendNotifierDeps<Pending>) {
    this.#deps = deps;
    this.#lease = deps.lease ?? LASTING_LEASE;
    this.#policy = deps.policy ?? MAIN_BACKEND;
    this.#health = new BackendHealthTracker(this.#policy.receiver);
    this.#pauses = new Pauses(deps.clock);
    this.#suspicion = new Suspicion(deps.clock);
    this.#breaker = new Breaker({
      width: deps.concurrency ?? CONCURRENCY,
      clock: deps.clock,
      probe: () => this.#pauses.endNearest(),
      recovered: () => this.#recovered(),
    });
    this.#workers = new Supervisor(deps.log);
  }

  /** Starts delivering what is pending, and whatever comes from now on. Call it once. */
  async start(): Promise<void> {
    const { queue } = this.#deps;
    this.#unsubscribe = [
      queue.onReady((sessionId) => this.#wake(sessionId)),
      queue.onRetry((sessionId) => {
        this.#retryRequested.add(sessionId);
        this.#pauses.endOf(sessionId);
      }),
    ];
    for (const sessionId of await this.#deps.queue.sessionsWithPending()) this.#wake(sessionId);
  }

  /** Delivers what is pending of sessions that have come to this process. */
  adopt(sessionIds: readonly SessionId[]): void {
    for (const sessionId of sessionIds) {
      this.#left.delete(sessionId);
      this.#wake(sessionId);
    }
  }

  /** A session leaves this process. Resolves when the delivery in flight has ended and is recorded. */
  async leave(sessionId: SessionId): Promise<void> {
    this.#left.add(sessionId);
    this.#pauses.endOf(sessionId);
    await this.#attempts.get(sessionId);
    this.#suspicion.settled(sessionId);
    this.#retryRequested.delete(sessionId);
  }

  /** How the backend has been answering. */
  health(): BackendHealth {
    return this.#health.now;
  }

  /** Whether, and how far, the backend is being spared. */
  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  /**
   * The number of sessions whose oldest callback has been failing for ten minutes and holds up those behind it; 0 while the backend
   * as a whole is down, which is another problem.
   */
  get blockedSessions(): number {
    return this.#breaker.state === 'down' ? 0 : this.#suspicion.blockedSessions;
  }

  /** Starts nothing new, and resolves when the deliveries in flight have ended and are recorded. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#breaker.stop();
    this.#pauses.stop();
    await this.#workers.idle();
  }

  #wake(sessionId: SessionId): void {
    if (this.#mustStop(sessionId)) return;
    const hasWorker = this.#signalled.has(sessionId);
    this.#signalled.set(sessionId, true);
    if (hasWorker) return;
    this.#workers.run('callbacks of a session', this.#work(sessionId));
  }

  #mustStop(sessionId: SessionId): boolean {
    return this.#isStopping || this.#left.has(sessionId);
  }

  async #work(sessionId: SessionId): Promise<void> {
    while (this.#signalled.get(sessionId) === true && !this.#mustStop(sessionId)) {
      this.#signalled.set(sessionId, false);
      await this.#drain(sessionId);
    }
    this.#signalled.delete(sessionId);
  }

  /**
   * Until nothing is pending. A queue that fails (a full disk) is logged and asked again: the callbacks are still in it. So they are
   * when another node has the session by now, and delivers them.
   */
  async #drain(sessionId: SessionId): Promise<void> {
    let isMore = true;
    while (isMore && !this.#mustStop(sessionId)) {
      try {
        isMore = await this.#deliverNext(sessionId);
      } catch (error) {
        if (error instanceof SessionLostError) this.#left.add(sessionId);
        if (this.#left.has(sessionId)) return;
        this.#deps.log.error({ err: error, sessionId }, `[${sessionId}] [CALLBACK] the queue failed, will retry`);
        await this.#pauses.wait(sessionId, QUEUE_FAILURE_DELAY);
      }
    }
  }

  /** One attempt with the oldest pending callback, and the pause after it. Returns whether there was a callback. */
  async #deliverNext(sessionId: SessionId): Promise<boolean> {
    const delay = await this.#breaker.run(async () => {
      await this.#waitOutHold(sessionId);
      this.#retryRequested.delete(sessionId);
      const callback = this.#mustStop(sessionId) ? undefined : await this.#deps.queue.next(sessionId);
      if (!callback || this.#mustStop(sessionId)) return undefined;
      return this.#during(sessionId, this.#attempt(callback));
    });
    if (delay === undefined) {
      this.#suspicion.settled(sessionId);
      return false;
    }
    // If a retry was requested during the attempt, there is no pause.
    if (!this.#retryRequested.has(sessionId)) await this.#pauses.wait(sessionId, delay);
    return true;
  }

  /** Waits again when the pause was ended early, or the backend has asked for more in the meantime. */
  async #waitOutHold(sessionId: SessionId): Promise<void> {
    for (
      let holdMs = this.#breaker.holdMs();
      holdMs > 0 && !this.#mustStop(sessionId);
      holdMs = this.#breaker.holdMs()
    ) {
      await this.#pauses.wait(sessionId, { delayMs: holdMs, requestedMs: holdMs });
    }
  }

  /** Lets {@link leave} wait for an attempt. */
  async #during<Result>(sessionId: SessionId, attempt: Promise<Result>): Promise<Result> {
    const ended = attempt.catch(() => undefined);
    this.#attempts.set(sessionId, ended);
    try {
      return await attempt;
    } finally {
      this.#attempts.delete(sessionId);
    }
  }

  /** Attempts a delivery and records its outcome. Returns the pause before the session goes on. */
  async #attempt(callback: Pending): Promise<RetryDelay> {
    const { queue, deliver, clock, log } = this.#deps;
    if (!this.#lease.isHeld) return NO_LEASE_DELAY;
    const outcome = await deliver(callback);
    if (outcome.kind !== 'accepted') {
      return this.#policy.isUnwanted(callback.kind, outcome) ? this.#skip(callback) : this.#failed(callback, outcome);
    }
    this.#health.accepted();
    this.#suspicion.accepted(callback.sessionId);
    this.#breaker.accepted();
    await queue.delivered(callback, clock.now());
    this.#count(callback, 'delivered');
    this.#measureLatency(callback);
    log.info(logFields(callback), `[${callback.sessionId}] [CALLBACK] delivered`);
    return NO_DELAY;
  }

  /** The backend does not support this kind of event: the callback is settled without it. */
  async #skip(callback: Pending): Promise<RetryDelay> {
    const { queue, clock, log } = this.#deps;
    this.#suspicion.settled(callback.sessionId);
    await queue.unwanted(callback, clock.now());
    this.#count(callback, 'unwanted');
    log.debug(
      logFields(callback),
      `[${callback.sessionId}] [CALLBACK] skipped: ${this.#policy.receiver} has no endpoint for it`,
    );
    return NO_DELAY;
  }

  async #failed(callback: Pending, failure: DeliveryFailure): Promise<RetryDelay> {
    const { settings, clock, random } = this.#deps;
    const { sessionId, webhookId } = callback;
    this.#trackHealth(callback, failure);
    const evidence = this.#suspicion.failed(sessionId, webhookId, failure);
    this.#breaker.failed(failure, this.#suspicion.failingSessions);
    const { retries } = settings;
    if (refusesJustThis({ callback, failure, evidence, retries })) return this.#substitute(callback, failure);
    const attempt = {
      failure,
      attempts: callback.attempts + 1,
      ageMs: clock.now() - callback.createdAtMs,
      ...evidence,
    };
    const next = this.#policy.verdict(attempt, settings, random);
    if (next.kind === 'dead') return this.#giveUp(callback, next.reason);
    this.#warnWhenBlocked(callback, failure);
    return this.#retryLater(callback, failure, next);
  }

  async #retryLater(callback: Pending, failure: DeliveryFailure, delay: RetryDelay): Promise<RetryDelay> {
    const { delayMs } = delay;
    const { queue, clock, log } = this.#deps;
    const error = reasonOf(failure, this.#policy.receiver);
    await queue[mayBeAccepted(failure) ? 'unconfirmed' : 'failed'](callback, error, clock.now());
    this.#count(callback, 'failed');
    const fields = { ...logFields(callback), error, delayMs };
    log.info(fields, `[${callback.sessionId}] [CALLBACK] attempt failed, will retry`);
    return delay;
  }

  /** The backend refuses to add an account that it still has: it is told in another way that the account is back. */
  async #substitute(callback: Pending, failure: DeliveryFailure): Promise<RetryDelay> {
    const { queue, clock, log } = this.#deps;
    const why = reasonOf(failure, this.#policy.receiver);
    await queue.substitute(callback, { atMs: clock.now(), what: 'announcement_refused', why });
    this.#count(callback, 'failed');
    this.#suspicion.settled(callback.sessionId);
    log.info({ ...logFields(callback), error: why }, `[${callback.sessionId}] [CALLBACK] refused, substitute follows`);
    return NO_DELAY;
  }

  async #giveUp(callback: Pending, reason: string): Promise<RetryDelay> {
    const { queue, clock, log } = this.#deps;
    await queue.dead(callback, reason, clock.now());
    this.#count(callback, 'dead');
    this.#suspicion.settled(callback.sessionId);
    log.error({ ...logFields(callback), error: reason }, `[${callback.sessionId}] [CALLBACK] dead-lettered`);
    return NO_DELAY;
  }

  #count({ kind, createdAtMs }: Pending, fate: CallbackFate): void {
    const { metrics, clock } = this.#deps;
    metrics.posted(kind, fate, clock.now() - createdAtMs);
  }

  /** From the time that WhatsApp gave the message to its acceptance. */
  #measureLatency({ kind, body }: Pending): void {
    if (kind !== 'message-received') return;
    const arrival = arrivalIn(body);
    if (arrival) this.#deps.metrics.arrived(this.#deps.clock.now() - arrival.sentAtMs, arrival.offline);
  }

  #recovered(): void {
    this.#deps.log.info(`[CALLBACK] ${this.#policy.receiver} accepts callbacks again`);
    this.#pauses.shortenAll();
  }

  #warnWhenBlocked(callback: Pending, failure: DeliveryFailure): void {
    if (this.#breaker.state === 'down' || !this.#suspicion.isNewlyBlocked(callback.sessionId)) return;
    const fields = { ...logFields(callback), id: callback.id, error: reasonOf(failure, this.#policy.receiver) };
    this.#deps.log.warn(fields, `[${callback.sessionId}] [CALLBACK] keeps failing and holds up those behind it`);
  }

  #trackHealth(callback: Pending, failure: DeliveryFailure): void {
    const { clock, log } = this.#deps;
    if (!this.#health.failed(failure, clock.now())) return;
    log.warn(
      { ...logFields(callback), error: reasonOf(failure, this.#policy.receiver) },
      `[${callback.sessionId}] [CALLBACK] refused: ${this.#policy.advice}`,
    );
  }
}

/** What the log says about a callback: never its body. */
function logFields({ sessionId, kind, webhookId, seq, attempts }: PendingEvent): Record<string, unknown> {
  return { sessionId, kind, webhookId, seq, attempt: attempts + 1 };
}
