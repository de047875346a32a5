import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { type Clock, wait } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { SentMessageStore } from '../../ports/storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A request waits at most this long for its turn; otherwise it is refused. */
const LONGEST_WAIT_MS = 30_000;
/** The part of a gap by which a wait is randomly prolonged, at most: people are not punctual. */
const JITTER = 0.5;
/** The pace per minute that is slowed down where none is set. */
const USUAL_PER_MINUTE = 20;

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
  /** By what the pace is divided now; see `SEND_SLOWDOWN`. */
  divisor: () => Promise<number>;
  clock: Clock;
  random: Random;
}

/** Spaces out the messages of one session: an account that writes like a machine is banned like one. */
export class SendPace {
  readonly #deps: SendPaceDeps;
  /** When the bucket will be full again, by the monotonic clock. */
  #fullAtMs = 0;

  constructor(deps: SendPaceDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when it is the caller's turn.
   * @throws AppError `rate_limited` when that would be more than 30 s away
   */
  async turn(): Promise<void> {
    const { limits } = this.#deps;
    await this.#within(limits.perHour, HOUR_MS, 'SEND_RATE_HOUR');
    await this.#within(limits.perDay, DAY_MS, 'SEND_RATE_DAY');
    const pace = paceOf(limits, await this.#deps.divisor());
    const waitMs = this.#take(pace);
    if (waitMs > 0) await wait(this.#deps.clock, waitMs + this.#deps.random.fraction() * JITTER * pace.gapMs);
  }

  /** Takes the next token of the bucket; returns the milliseconds until it is available. */
  #take({ burst, gapMs, isSlowed }: Pace): number {
    const now = this.#deps.clock.monotonic();
    const fullAtMs = Math.max(now, this.#fullAtMs);
    const waitMs = fullAtMs - (burst - 1) * gapMs - now;
    if (waitMs > LONGEST_WAIT_MS) throw isSlowed ? slowed(waitMs) : tooMany('SEND_RATE', waitMs);
    this.#fullAtMs = fullAtMs + gapMs;
    return waitMs;
  }

  async #within(limit: number, spanMs: number, setting: string): Promise<void> {
    if (limit === 0) return;
    const { sent, sessionId, clock } = this.#deps;
    const { count, oldestMs } = await sent.countSince(sessionId, clock.now() - spanMs);
    if (count >= limit) throw tooMany(setting, (oldestMs ?? clock.now()) + spanMs - clock.now());
  }
}

/** How fast a session may send now. */
interface Pace {
  burst: number;
  /** Between two messages, after the burst. */
  gapMs: number;
  isSlowed: boolean;
}

function paceOf({ perMinute, burst }: PaceLimits, divisor: number): Pace {
  if (divisor === 1) return { burst, gapMs: perMinute === 0 ? 0 : MINUTE_MS / perMinute, isSlowed: false };
  const gapMs = (MINUTE_MS / (perMinute === 0 ? USUAL_PER_MINUTE : perMinute)) * divisor;
  return { burst: Math.max(1, Math.floor(burst / divisor)), gapMs, isSlowed: true };
}

function slowed(retryAfterMs: number): AppError {
  return new AppError('rate_limited', {
    message: 'This session sends slower for a while, since WhatsApp refused messages (SEND_SLOWDOWN); try again later.',
    retryAfterMs,
  });
}

function tooMany(setting: string, retryAfterMs: number): AppError {
  return new AppError('rate_limited', {
    message: `This session has sent as many messages as ${setting} allows; try again later.`,
    retryAfterMs,
  });
}
