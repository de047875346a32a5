import { type ConnectionState, type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';

/** How long no conversation is begun after a refusal, when WhatsApp does not say for how long. */
const ASSUMED_MS = 3600_000;
/** Refusals come in crowds; WhatsApp is asked about them once. */
const ASK_EVERY_MS = 60_000;

/** The code of WhatsApp's refusal to let an account write to somebody new (Baileys: `SenderReachoutTimelocked`). */
export const REACH_OUT_LOCKED = '463';

/**
 * Whether WhatsApp restricts the account from beginning conversations. It tells so by itself, or refuses a message; then it is
 * asked for how long, which Baileys means to do and never does. Trying again would make it worse.
 */
export class Restriction {
  readonly #socket: Pick<WASocket, 'fetchAccountReachoutTimelock'>;
  readonly #clock: Clock;
  readonly #tell: (untilMs: number | null) => void;
  #askAgainAtMs = 0;

  /** `tell` is called with the end of the restriction (Unix ms), or `null` when there is none. */
  constructor(
    socket: Pick<WASocket, 'fetchAccountReachoutTimelock'>,
    clock: Clock,
    tell: (untilMs: number | null) => void,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** WhatsApp refused a message for it. */
  refused(): void {
    const now = this.#clock.now();
    if (now < this.#askAgainAtMs) return;
    this.#askAgainAtMs = now + ASK_EVERY_MS;
    this.#tell(now + ASSUMED_MS);
    // Its answer comes to `told`, as if WhatsApp had told by itself; without one the assumption stands.
    this.#socket.fetchAccountReachoutTimelock().catch(() => undefined);
  }

  /** WhatsApp says how it is. */
  told({ isActive, timeEnforcementEnds }: NonNullable<ConnectionState['reachoutTimeLock']>): void {
    this.#tell(isActive ? (timeEnforcementEnds?.getTime() ?? this.#clock.now() + ASSUMED_MS) : null);
  }
}
