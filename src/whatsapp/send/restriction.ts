import { type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { endOf, fetchTimelock, type ReachoutTimelock } from './timelock.ts';

/** How long a refusal counts, when WhatsApp does not say for how long. */
const ASSUMED_MS = 3600_000;
/** Refusals come in bursts; WhatsApp is asked about them once. */
const ASK_EVERY_MS = 60_000;

/** From so many refusals within {@link ASSUMED_MS} on there is a restriction, even if WhatsApp says that there is none (waha#2219). */
const TOO_MANY_REFUSALS = 3;

/** WhatsApp's code when it does not let an account write to somebody new (Baileys: `SenderReachoutTimelocked`). */
export const REACH_OUT_LOCKED = '463';

/**
 * Tracks whether WhatsApp restricts the account from starting conversations. WhatsApp reports it by itself, or refuses
 * a message; then it is asked for how long, which Baileys means to do and never does. Sending again would make it
 * worse.
 */
export class Restriction {
  readonly #socket: Pick<WASocket, 'fetchAccountReachoutTimelock'>;
  readonly #clock: Clock;
  readonly #emit: (untilMs: number | null) => void;
  #askAgainAtMs = 0;
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

  /** Call it when WhatsApp refused a message for this reason. Returns whether WhatsApp is asked about it. */
  refused(): boolean {
    const now = this.#clock.monotonic();
    this.#refusals = [...this.#refusals.slice(1 - TOO_MANY_REFUSALS), now];
    if (now < this.#askAgainAtMs) return false;
    this.#askAgainAtMs = now + ASK_EVERY_MS;
    this.#emit(this.#clock.now() + ASSUMED_MS);
    // The answer comes to `update`, as if WhatsApp had reported it by itself; without one the assumption stands.
    fetchTimelock(this.#socket).catch(() => undefined);
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
}
