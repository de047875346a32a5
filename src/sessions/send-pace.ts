import { type Clock, wait } from '../kit/clock.ts';
import { AppError } from '../domain/errors.ts';

const MINUTE_MS = 60_000;
/** A request waits this long for its turn; with more before it, it is refused instead. */
const LONGEST_WAIT_MS = 30_000;

/** Spaces the messages of one session: `SEND_RATE` a minute, evenly; 0 is no limit. */
export class SendPace {
  readonly #gapMs: number;
  readonly #clock: Clock;
  #nextMs = 0;

  constructor(messagesPerMinute: number, clock: Clock) {
    this.#gapMs = messagesPerMinute === 0 ? 0 : MINUTE_MS / messagesPerMinute;
    this.#clock = clock;
  }

  /**
   * Resolves when it is the caller's turn.
   * @throws AppError `rate_limited` when that would be more than 30 s away
   */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#nextMs);
    if (at - now > LONGEST_WAIT_MS) throw new AppError('rate_limited', { message: TOO_MANY });
    this.#nextMs = at + this.#gapMs;
    if (at > now) await wait(this.#clock, at - now);
  }
}

const TOO_MANY = 'Too many messages are waiting to be sent from this session (SEND_RATE); try again later.';
