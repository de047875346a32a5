import { BrokenConnectionError } from '../connection-errors.ts';
import { type WatchdogDeps } from './watchdog.ts';

/** As long as Baileys would give each by itself. */
const CONNECT_LIMIT_MS = 20_000;
/** Neither a QR nor a login for so long: three queries of 30 s may lie before Baileys says `open`. */
const START_LIMIT_MS = 90_000;

/**
 * Gives up a line that does not come to life. Baileys has no limit for a login that is never answered, and one whose
 * upgrade is answered with an HTTP status connects for ever, since Baileys listens to `unexpected-response` and does nothing.
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

/** That the connection opens, and that something comes on it then. Baileys' own limit for this is off: see socketConfig. */
function watchFirstWord({ socket, clock, giveUp, connectTimeoutMs = CONNECT_LIMIT_MS }: WatchdogDeps): void {
  const wait = (what: string) => clock.after(connectTimeoutMs, () => giveUp(new Error(`${what} in time`)));
  let limit = wait('The connection to WhatsApp did not open');
  socket.ws.on('open', () => {
    limit.cancel();
    limit = wait('WhatsApp did not respond on a new connection');
  });
  // Only what is a frame of the protocol counts.
  socket.ws.on('frame', () => limit.cancel());
}
