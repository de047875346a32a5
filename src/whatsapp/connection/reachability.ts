import { isUnreachable, UNREACHABLE, type Unreachable } from '../../domain/unreachable.ts';
import type { Clock } from '../../kit/clock.ts';
import { type ConnectionEventHandler, OPENING_ENDS_WITH } from '../../ports/connection.ts';

/** A failure is forgotten when no connection was tried for so long. */
const REMEMBERED_MS = 15 * 60_000;

/** What the latest connections of all sessions say of the way to WhatsApp. */
export class Reachability {
  readonly #clock: Clock;
  #failure: { reason: Unreachable; atMs: number } | undefined;
  /** Failures in a row, with nothing reached between them. */
  #failures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why WhatsApp cannot be reached now, for people; `null` when nothing is known to be wrong. Names no address. */
  get problem(): string | null {
    const { reason, atMs } = this.#failure ?? { reason: undefined, atMs: 0 };
    if (!reason || this.#clock.now() - atMs > REMEMBERED_MS || !isUnreachable(reason, this.#failures)) return null;
    return `WhatsApp cannot be reached: ${UNREACHABLE[reason]}. The log has the details.`;
  }

  /** Follows the events of a connection. */
  watch(onEvent: ConnectionEventHandler): ConnectionEventHandler {
    return (event) => {
      if (event.kind === 'closed') this.#closed('unreachable' in event.reason ? event.reason.unreachable : undefined);
      else if (OPENING_ENDS_WITH.has(event.kind)) this.#reached();
      onEvent(event);
    };
  }

  #closed(reason: Unreachable | undefined): void {
    if (!reason) return;
    this.#failures += 1;
    this.#failure = { reason, atMs: this.#clock.now() };
  }

  #reached(): void {
    this.#failures = 0;
    this.#failure = undefined;
  }
}
