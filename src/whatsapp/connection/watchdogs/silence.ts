import { SilentConnectionError } from './connection-errors.ts';
import type { WatchdogDeps } from './watchdog.ts';

/** An active account is never silent for this long; an idle one logs in again now and then. */
const SILENCE_LIMIT_MS = 3_600_000;

/**
 * Gives up a connection that has received no message, receipt, notification or call for an hour. The account may just be
 * quiet; but connections have been seen that answered every ping and delivered no message for days (#2491, #2331), and
 * no query tells one from the other. A new connection receives whatever has waited.
 */
export function watchSilence({ socket, clock, giveUp }: WatchdogDeps): void {
  let heardAtMs = 0;
  const received = (): void => {
    heardAtMs = clock.monotonic();
  };
  const look = (): void => {
    const restMs = heardAtMs + SILENCE_LIMIT_MS - clock.monotonic();
    if (restMs > 0) clock.after(restMs, look);
    else giveUp(new SilentConnectionError());
  };
  for (const tag of ['message', 'receipt', 'notification', 'call']) socket.ws.on(`CB:${tag}`, received);
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection !== 'open') return;
    received();
    look();
  });
}
