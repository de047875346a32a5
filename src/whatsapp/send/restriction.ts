import { type ConnectionState, type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';

/** How long a refusal counts, when WhatsApp does not say for how long. */
const ASSUMED_MS = 3600_000;
/** Refusals come in bursts; WhatsApp is asked about them once. */
const ASK_EVERY_MS = 60_000;

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

  /** Call it when WhatsApp refused a message for this reason. */
  refused(): void {
    const now = this.#clock.monotonic();
    if (now < this.#askAgainAtMs) return;
    this.#askAgainAtMs = now + ASK_EVERY_MS;
    this.#emit(this.#clock.now() + ASSUMED_MS);
    // The answer comes to `update`, as if WhatsApp had reported it by itself; without one the assumption stands.
    this.#socket.fetchAccountReachoutTimelock().catch(() => undefined);
  }

  /** Call it when WhatsApp reports the restriction. */
  update({ isActive, timeEnforcementEnds }: NonNullable<ConnectionState['reachoutTimeLock']>): void {
    this.#emit(isActive ? (timeEnforcementEnds?.getTime() ?? this.#clock.now() + ASSUMED_MS) : null);
  }
}
