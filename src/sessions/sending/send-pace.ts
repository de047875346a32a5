import { AppError } from '../../domain/errors.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { type Clock, wait } from '../../kit/clock.ts';
import { type Random } from '../../kit/random.ts';
import { type SentMessageStore } from '../../ports/storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A request waits at most this long for its turn; otherwise it is refused. */
const LONGEST_WAIT_MS = 30_000;
/** The part of a gap by which a wait is randomly prolonged, at most: people are not punctual. */
const JITTER = 0.5;

/** How many messages a session may send; 0 is no limit. */
export interface PaceLimits {
  /** `SEND_RATE`, a minute. */
  perMinute: number;
  /** `SEND_BURST`: how many may be sent at once before the rate applies. */
  burst: number;
  /** `SEND_RATE_HOUR`. */
  perHour: number;
  /** `SEND_RATE_DAY`. */
  perDay: number;
}

/** Dependencies of a session's {@link SendPace}. */
export interface SendPaceDeps {
  sessionId: SessionId;
  limits: PaceLimits;
  sent: Pick<SentMessageStore, 'countSince'>;
  clock: Clock;
  random: Random;
}

/** Spaces out the messages of one session: an account that writes like a machine is banned like one. */
export class SendPace {
  readonly #deps: SendPaceDeps;
  readonly #gapMs: number;
  /** When the bucket will be full again, by the monotonic clock. */
  #fullAtMs = 0;

  constructor(deps: SendPaceDeps) {
    this.#deps = deps;
    this.#gapMs = deps.limits.perMinute === 0 ? 0 : MINUTE_MS / deps.limits.perMinute;
  }

  /**
   * Resolves when it is the caller's turn.
   * @throws AppError `rate_limited` when that would be more than 30 s away
   */
  async turn(): Promise<void> {
    const { limits } = this.#deps;
    await this.#within(limits.perHour, HOUR_MS, 'SEND_RATE_HOUR');
    await this.#within(limits.perDay, DAY_MS, 'SEND_RATE_DAY');
    const waitMs = this.#take();
    if (waitMs > 0) await wait(this.#deps.clock, waitMs + this.#deps.random.fraction() * JITTER * this.#gapMs);
  }

  /** Takes the next token of the bucket; returns the milliseconds until it is available. */
  #take(): number {
    const { limits, clock } = this.#deps;
    const now = clock.monotonic();
    const fullAtMs = Math.max(now, this.#fullAtMs);
    const waitMs = fullAtMs - (limits.burst - 1) * this.#gapMs - now;
    if (waitMs > LONGEST_WAIT_MS) throw tooMany('SEND_RATE', waitMs);
    this.#fullAtMs = fullAtMs + this.#gapMs;
    return waitMs;
  }

  async #within(limit: number, spanMs: number, setting: string): Promise<void> {
    if (limit === 0) return;
    const { sent, sessionId, clock } = this.#deps;
    const { count, oldestMs } = await sent.countSince(sessionId, clock.now() - spanMs);
    if (count >= limit) throw tooMany(setting, (oldestMs ?? clock.now()) + spanMs - clock.now());
  }
}

function tooMany(setting: string, retryAfterMs: number): AppError {
  return new AppError('rate_limited', {
    message: `This session has sent as many messages as ${setting} allows; try again later.`,
    retryAfterMs,
  });
}
