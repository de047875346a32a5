import { type WASocket } from '@whiskeysockets/baileys';
import { type Clock, type Timer } from '../kit/clock.ts';

/** How long a line may stay silent at the start: neither a QR nor a login. */
const STARTUP_LIMIT_MS = 90_000;
/** How long the other end may take to close its side. */
const CLOSE_LIMIT_MS = 3_000;

/** The part of `ws` below Baileys that its own type does not show. */
interface RawSocket {
  terminate(): void;
}

/**
 * Ends a line on which nothing would ever happen: Baileys has no limit for a login that never comes, and
 * an upgrade that is answered with an HTTP status leaves it connecting for ever.
 */
export class HangGuards {
  readonly #socket: WASocket;
  readonly #clock: Clock;
  readonly #startup: Timer;

  /** `giveUp` is called with what was waited for in vain. */
  constructor(socket: WASocket, clock: Clock, giveUp: (error: Error) => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#startup = clock.after(STARTUP_LIMIT_MS, () => giveUp(new Error('WhatsApp did not complete the login')));
    socket.ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) => {
      giveUp(new Error(`WhatsApp answered the connection with HTTP ${response.statusCode ?? 'nothing'}`));
    });
  }

  /** A QR or a login came. */
  started(): void {
    this.#startup.cancel();
  }

  /** Cuts the connection now: nothing that was not written yet leaves any more. */
  cut(): void {
    this.#raw()?.terminate();
  }

  /** Cuts the connection when the other end does not close it in time. */
  closing(): Timer {
    this.#startup.cancel();
    return this.#clock.after(CLOSE_LIMIT_MS, () => this.cut());
  }

  #raw(): RawSocket | null {
    return (this.#socket.ws as unknown as { socket: RawSocket | null }).socket;
  }
}
