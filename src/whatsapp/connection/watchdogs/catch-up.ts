import type { BinaryNode } from '@whiskeysockets/baileys';
import { BrokenConnectionError } from './connection-errors.ts';
import type { WatchdogDeps } from './watchdog.ts';

/** How long the offline queue may stay silent before it counts as stuck. */
const QUIET_LIMIT_MS = 60_000;

/**
 * After a login WhatsApp sends the messages that waited, and then signals the end of this offline queue; until then
 * Baileys holds back its own work. When the signal does not come (#2810), Baileys' buffer is flushed; when there is
 * still nothing, the connection is given up. A long queue is fine: every queued stanza restarts the timer.
 */
export function watchCatchUp({ socket, clock, giveUp, note }: WatchdogDeps): void {
  let isComplete = false;
  let flushed = false;
  let quiet = clock.after(0, () => undefined);
  const wait = (): void => {
    quiet.cancel();
    if (!isComplete) quiet = clock.after(QUIET_LIMIT_MS, act);
  };
  const act = (): void => {
    if (flushed) {
      giveUp(new BrokenConnectionError('WhatsApp did not signal the end of the offline queue'));
      return;
    }
    flushed = true;
    socket.ev.flush();
    note('WhatsApp did not signal the end of the offline queue in time; continuing without it');
    wait();
  };
  socket.ev.on('connection.update', ({ connection, receivedPendingNotifications }) => {
    if (receivedPendingNotifications) isComplete = true;
    if (connection === 'open' || isComplete) wait();
  });
  for (const tag of ['message', 'receipt', 'notification', 'call']) {
    socket.ws.on(`CB:${tag}`, ({ attrs }: BinaryNode) => {
      if (attrs.offline !== undefined) wait();
    });
  }
}
