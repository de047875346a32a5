import { SilentConnectionError } from './connection-errors.ts';
import { type WatchdogDeps } from './watchdog.ts';

/** A lively account is never silent for so long; for an idle one it means a login now and then. */
const SILENCE_LIMIT_MS = 3_600_000;

/**
 * Gives up a line on which nobody has written, read or changed anything for an hour. It may just be a quiet account; but
 * lines have been seen that answered every ping and brought no message for days (#2491, #2331), and there is no question
 * whose answer tells the one from the other. A new line brings whatever has waited.
 */
export function watchSilence({ socket, clock, giveUp }: WatchdogDeps): void {
  let heardAtMs = 0;
  const heard = (): void => {
    heardAtMs = clock.now();
  };
  const look = (): void => {
    const restMs = heardAtMs + SILENCE_LIMIT_MS - clock.now();
    if (restMs > 0) clock.after(restMs, look);
    else giveUp(new SilentConnectionError());
  };
  for (const tag of ['message', 'receipt', 'notification', 'call']) socket.ws.on(`CB:${tag}`, heard);
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection !== 'open') return;
    heard();
    look();
  });
}
