import type { WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import { endOf, fetchTimelock, type ReachoutTimelock } from './timelock.ts';

/** How long a refusal counts, when WhatsApp does not say for how long. */
const ASSUMED_MS = 3600_000;
/** Refusals come in bursts; WhatsApp is asked about them once. */
const ASK_EVERY_MS = 60_000;
/** A message waits for the answer no longer than this. */
const ANSWER_MS = 5_000;

/** From so many refusals within {@link ASSUMED_MS} on there is a restriction, even if WhatsApp says that there is none (waha#2219). */
const TOO_MANY_REFUSALS = 3;

/** WhatsApp's code when it does not let an account write to somebody new (Baileys: `SenderReachoutTimelocked`). */
export const REACH_OUT_LOCKED = '463';

/** WhatsApp's answer; `unknown` when it gave none. */
type Standing = 'restricted' | 'free' | 'unknown';

/**
 * Tracks whether WhatsApp restricts the account from starting conversations. WhatsApp reports it by itself, or refuses
 * a message; then it is asked for how long, which Baileys means to do and never does. Sending again would make it
 * worse.
 */
export class Restriction {
  readonly #socket: Pick<WASocket, 'fetchAccountReachoutTimelock'>;
  readonly #clock: Clock;
  readonly #emit: (untilMs: number | null) => void;
  #asked: { answer: Promise<Standing>; standing: Standing; untilMs: number } | undefined;
  #assumedUntilMs = 0;
  /** When messages were refused, the latest last. */
  #refusals: number[] = [];

  /** `emit` is called with the end of the restriction (Unix ms), or `null` when there is none. */
  constructor(
    socket: Pick<WASocket, 'fetchAccountReachoutTimelock'>,
    clock: Clock,
    emit: (untilMs: number | null) => void,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Whether WhatsApp restricts the account now. Its answer comes to `update`, too, and counts for a minute. */
  ask(): Promise<Standing> {
    const now = this.#clock.monotonic();
    if (this.#asked && now < this.#asked.untilMs) return this.#asked.answer;
    const answer = this.#answer();
    const asked = { answer, standing: 'unknown' as Standing, untilMs: now + ASK_EVERY_MS };
    this.#asked = asked;
    void answer.then((standing) => (asked.standing = standing));
    return answer;
  }

  /** Call it when WhatsApp refused a message for this reason. Returns whether WhatsApp is asked about it. */
  refused(): boolean {
    const now = this.#clock.monotonic();
    this.#refusals = [...this.#refusals.slice(1 - TOO_MANY_REFUSALS), now];
    const hasJustSaid = this.#asked !== undefined && now < this.#asked.untilMs && this.#asked.standing !== 'unknown';
    if (hasJustSaid || now < this.#assumedUntilMs) return false;
    this.#assumedUntilMs = now + ASK_EVERY_MS;
    this.#emit(this.#clock.now() + ASSUMED_MS);
    // The answer comes to `update`, as if WhatsApp had reported it by itself; without one the assumption stands.
    void this.ask();
    return true;
  }

  /** Call it when WhatsApp reports the restriction. */
  update(lock: ReachoutTimelock): void {
    const now = this.#clock.now();
    if (lock.isActive) this.#emit(endOf(lock, now) ?? now + ASSUMED_MS);
    else if (this.#isRefusedOften()) this.#emit(now + ASSUMED_MS);
    else this.#emit(null);
  }

  #isRefusedOften(): boolean {
    const sinceMs = this.#clock.monotonic() - ASSUMED_MS;
    return this.#refusals.filter((atMs) => atMs > sinceMs).length >= TOO_MANY_REFUSALS;
  }

  /** Never rejects, and takes no longer than {@link ANSWER_MS}. */
  async #answer(): Promise<Standing> {
    const { promise: tooLong, resolve } = Promise.withResolvers<Standing>();
    const timer = this.#clock.after(ANSWER_MS, () => resolve('unknown'));
    try {
      return await Promise.race([this.#standing(), tooLong]);
    } finally {
      timer.cancel();
    }
  }

  async #standing(): Promise<Standing> {
    try {
      return (await fetchTimelock(this.#socket, this.#clock.now())) === null ? 'free' : 'restricted';
    } catch {
      return 'unknown';
    }
  }
}
