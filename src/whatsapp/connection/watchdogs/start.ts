import { BrokenConnectionError, NoAnswerError } from './connection-errors.ts';
import type { WatchdogDeps } from './watchdog.ts';

/** Baileys' own limit for each of the two steps. */
const CONNECT_LIMIT_MS = 20_000;
/** The limit for a QR or a login: Baileys may send three queries of 30 s before it reports `open`. */
const START_LIMIT_MS = 90_000;

/**
 * Gives up a connection that does not start. Baileys has no limit for a login that is never answered; and when its upgrade
 * is answered with an HTTP status, it connects forever, since it listens to `unexpected-response` and does nothing.
 */
export function watchStart(deps: WatchdogDeps): void {
  const { socket, clock, giveUp } = deps;
  watchFirstWord(deps);
  const limit = clock.after(START_LIMIT_MS, () =>
    giveUp(new BrokenConnectionError('WhatsApp did not complete the login')),
  );
  socket.ev.on('connection.update', ({ qr, connection }) => {
    if (qr !== undefined || connection === 'open') limit.cancel();
  });
  socket.ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) => {
    giveUp(new Error(`WhatsApp refused the connection (HTTP ${response.statusCode ?? 'status unknown'})`));
  });
}

/**
 * Watches that the connection opens, and that something arrives then. Baileys' own limit for this is off: see
 * `socketConfig`.
 */
function watchFirstWord({ socket, clock, giveUp, connectTimeoutMs = CONNECT_LIMIT_MS }: WatchdogDeps): void {
  const wait = (what: string) => clock.after(connectTimeoutMs, () => giveUp(new NoAnswerError(`${what} in time`)));
  let limit = wait('The connection to WhatsApp did not open');
  socket.ws.on('open', () => {
    limit.cancel();
    limit = wait('WhatsApp did not respond on a new connection');
  });
  // Only frames of the protocol count.
  socket.ws.on('frame', () => limit.cancel());
}
