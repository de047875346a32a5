import { BrokenLineError } from '../broken-line.ts';
import { type WatchdogParts } from './watchdog.ts';

/** Neither a QR nor a login for so long: three queries of 30 s may lie before Baileys says `open`. */
const START_LIMIT_MS = 90_000;

/**
 * Gives up a line that does not come to life. Baileys has no limit for a login that is never answered, and one whose
 * upgrade is answered with an HTTP status connects for ever, since Baileys listens to `unexpected-response` and does nothing.
 */
export function watchStart({ socket, clock, giveUp }: WatchdogParts): void {
  const limit = clock.after(START_LIMIT_MS, () => giveUp(new BrokenLineError('WhatsApp did not complete the login')));
  socket.ev.on('connection.update', ({ qr, connection }) => {
    if (qr !== undefined || connection === 'open') limit.cancel();
  });
  socket.ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) => {
    giveUp(new Error(`WhatsApp answered the connection with HTTP ${response.statusCode ?? 'nothing'}`));
  });
}
