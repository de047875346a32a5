import { type CallbackQueue, type PendingCallback } from '../ports/callbacks.ts';
import { type BreakerState, type CallbackFate, type Metrics } from '../ports/metrics.ts';
import { type MessageBody } from '../domain/event.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type Random } from '../kit/random.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { Supervisor } from '../kit/supervisor.ts';
import { Breaker } from './breaker.ts';
import { type BackendHealth, BackendHealthTracker } from './backend-health.ts';
import { Pauses } from './pauses.ts';
import {
  describe,
  isUnwanted,
  maybeTaken,
  type PolicySettings,
  type PostFailure,
  verdict,
  type Wait,
} from './retry-policy.ts';
import { type Post } from './delivery-client.ts';
import { Suspicion } from './suspicion.ts';

/** What a notifier is made of. */
export interface BackendNotifierDeps {
  queue: CallbackQueue;
  post: Post;
  policy: PolicySettings;
  metrics: Pick<Metrics, 'posted' | 'arrived'>;
  clock: Clock;
  random: Random;
  log: Logger;
  /** How many posts there may be at once; 64 unless told. */
  concurrency?: number;
}

const CONCURRENCY = 64;
/** How long a worker stays away from a queue that fails. */
const QUEUE_TROUBLE: Wait = { delayMs: 5_000, askedMs: 0 };
const AT_ONCE: Wait = { delayMs: 0, askedMs: 0 };

/**
 * Hands the waiting callbacks to the main backend: one worker for each session that has some, in order within the
 * session, at least once. A worker takes the oldest, posts it until it is settled, and ends when nothing waits; the
 * queue's readySignal starts it again. What it knows is in the queue, so nothing is lost when the process ends at any moment.
 */
export class BackendNotifier implements AsyncDisposable {
  readonly #deps: BackendNotifierDeps;
  readonly #breaker: Breaker;
  readonly #pauses: Pauses;
  readonly #workers: Supervisor;
  readonly #health = new BackendHealthTracker();
  readonly #suspicion = new Suspicion();
  /** The sessions with a worker, and whether the readySignal has rung since it last looked. */
  readonly #rung = new Map<SessionId, boolean>();
  /** The sessions that somebody wants to be tried now, and that have not looked since. */
  readonly #askedFor = new Set<SessionId>();
  #isStopping = false;

  constructor(deps: BackendNotifierDeps) {
    this.#deps = deps;
    this.#pauses = new Pauses(deps.clock);
    this.#breaker = new Breaker({
      width: deps.concurrency ?? CONCURRENCY,
      clock: deps.clock,
      probe: () => this.#pauses.endNearest(),
      recovered: () => this.#recovered(),
    });
    this.#workers = new Supervisor(deps.log);
  }

  /** Begins to deliver: what waits already, and from now on what comes. To be called once. */
  async start(): Promise<void> {
    this.#deps.queue.onReady((sessionId) => this.#wake(sessionId));
    this.#deps.queue.onRetry((sessionId) => {
      this.#askedFor.add(sessionId);
      this.#pauses.endOf(sessionId);
    });
    for (const sessionId of await this.#deps.queue.sessionsWithPending()) this.#wake(sessionId);
  }

  /** How the backend has been answering. */
  health(): BackendHealth {
    return this.#health.now;
  }

  /** How much the backend is spared at the moment. */
  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  /** Takes nothing new and resolves when the posts on their way have ended and are recorded. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#breaker.end();
    this.#pauses.end();
    await this.#workers.idle();
  }

  #wake(sessionId: SessionId): void {
    if (this.#isStopping) return;
    const hasWorker = this.#rung.has(sessionId);
    this.#rung.set(sessionId, true);
    if (!hasWorker) this.#workers.run('callbacks of a session', this.#work(sessionId));
  }

  async #work(sessionId: SessionId): Promise<void> {
    while (this.#rung.get(sessionId) === true && !this.#isStopping) {
      this.#rung.set(sessionId, false);
      await this.#drain(sessionId);
    }
    this.#rung.delete(sessionId);
  }

  /** Until nothing waits. A queue that fails (a full disk) is logged and asked again: the callbacks are still in it. */
  async #drain(sessionId: SessionId): Promise<void> {
    let isMore = true;
    while (isMore && !this.#isStopping) {
      try {
        isMore = await this.#handOverNext(sessionId);
      } catch (error) {
        this.#deps.log.error(
          { err: error, sessionId },
          `[${sessionId}] [CALLBACK] not to be handled now, to be tried again`,
        );
        await this.#pauses.take(sessionId, QUEUE_TROUBLE);
      }
    }
  }

  /** One try of the oldest waiting callback, and the pause that follows. Answers whether there was one. */
  async #handOverNext(sessionId: SessionId): Promise<boolean> {
    const wait = await this.#breaker.run(async () => {
      await this.#sitOutTheHold(sessionId);
      this.#askedFor.delete(sessionId);
      const callback = this.#isStopping ? undefined : await this.#deps.queue.next(sessionId);
      return callback && (await this.#try(callback));
    });
    if (wait === undefined) return false;
    // Asked for while the post was on its way: no pause.
    if (!this.#askedFor.has(sessionId)) await this.#pauses.take(sessionId, wait);
    return true;
  }

  /** Again when it was ended early, or the backend asked for more meanwhile. */
  async #sitOutTheHold(sessionId: SessionId): Promise<void> {
    for (let holdMs = this.#breaker.holdMs(); holdMs > 0 && !this.#isStopping; holdMs = this.#breaker.holdMs()) {
      await this.#pauses.take(sessionId, { delayMs: holdMs, askedMs: holdMs });
    }
  }

  /** Posts once and records what became of it. Answers how long the session waits before it goes on. */
  async #try(callback: PendingCallback): Promise<Wait> {
    const { queue, post, clock, log } = this.#deps;
    const outcome = await post(callback);
    if (outcome.kind !== 'accepted') {
      return isUnwanted(callback.kind, outcome) ? this.#leaveOut(callback) : this.#failed(callback, outcome);
    }
    this.#health.accepted();
    this.#suspicion.accepted(callback.sessionId);
    this.#breaker.accepted();
    await queue.delivered(callback, clock.now());
    this.#count(callback, 'delivered');
    this.#timeOfMessage(callback);
    log.info(about(callback), `[${callback.sessionId}] [CALLBACK] delivered`);
    return AT_ONCE;
  }

  /** The backend knows nothing of this kind of event: it goes without, at once. */
  async #leaveOut(callback: PendingCallback): Promise<Wait> {
    const { queue, clock, log } = this.#deps;
    await queue.unwanted(callback, clock.now());
    this.#count(callback, 'unwanted');
    log.debug(about(callback), `[${callback.sessionId}] [CALLBACK] left out: the backend has no endpoint for it`);
    return AT_ONCE;
  }

  async #failed(callback: PendingCallback, failure: PostFailure): Promise<Wait> {
    const { policy, clock, random } = this.#deps;
    const { sessionId, webhookId } = callback;
    this.#note(callback, failure);
    const evidence = this.#suspicion.failed(sessionId, webhookId, failure);
    this.#breaker.failed(failure, this.#suspicion.failingSessions);
    const tried = {
      failure,
      attempts: callback.attempts + 1,
      ageMs: clock.now() - callback.createdAtMs,
      ...evidence,
    };
    const next = verdict(tried, policy, random);
    if (next.kind === 'dead') return this.#giveUp(callback, next.reason);
    return this.#keep(callback, failure, next);
  }

  async #keep(callback: PendingCallback, failure: PostFailure, wait: Wait): Promise<Wait> {
    const { delayMs } = wait;
    const { queue, clock, log } = this.#deps;
    const error = describe(failure);
    await queue[maybeTaken(failure) ? 'unconfirmed' : 'failed'](callback, error, clock.now());
    this.#count(callback, 'failed');
    log.info({ ...about(callback), error, delayMs }, `[${callback.sessionId}] [CALLBACK] failed, to be tried again`);
    return wait;
  }

  async #giveUp(callback: PendingCallback, reason: string): Promise<Wait> {
    const { queue, clock, log } = this.#deps;
    await queue.dead(callback, reason, clock.now());
    this.#count(callback, 'dead');
    this.#suspicion.settled(callback.sessionId);
    log.error(
      { ...about(callback), error: reason },
      `[${callback.sessionId}] [CALLBACK] given up, kept as a dead letter`,
    );
    return AT_ONCE;
  }

  #count({ kind, createdAtMs }: PendingCallback, fate: CallbackFate): void {
    const { metrics, clock } = this.#deps;
    metrics.posted(kind, fate, clock.now() - createdAtMs);
  }

  /** How long a message took all the way, by the time that WhatsApp gave it. */
  #timeOfMessage({ kind, body }: PendingCallback): void {
    if (kind !== 'message-received') return;
    const { timestamp, offline } = JSON.parse(body) as MessageBody;
    this.#deps.metrics.arrived(this.#deps.clock.now() - Date.parse(timestamp), offline);
  }

  #recovered(): void {
    this.#deps.log.info('[CALLBACK] the backend takes callbacks again');
    this.#pauses.shorten();
  }

  #note(callback: PendingCallback, failure: PostFailure): void {
    const { clock, log } = this.#deps;
    if (!this.#health.failed(failure, clock.now())) return;
    log.warn(
      { ...about(callback), error: describe(failure) },
      `[${callback.sessionId}] [CALLBACK] refused: check BACKEND_BASE_URL and PRODUCTION_API_KEY`,
    );
  }
}

/** What a log line tells of a callback: never its body. */
function about({ sessionId, kind, webhookId, seq, attempts }: PendingCallback): Record<string, unknown> {
  return { sessionId, kind, webhookId, seq, attempt: attempts + 1 };
}
