import { type BinaryNode } from '@whiskeysockets/baileys';
import { BrokenConnectionError } from '../connection-errors.ts';
import { type WatchdogDeps } from './watchdog.ts';

/** So long may nothing come of what had waited, before it counts as stuck. */
const QUIET_LIMIT_MS = 60_000;

/**
 * After a login WhatsApp sends what had waited and then says that this was all; until then Baileys holds back its own
 * work. Where that word does not come (#2810), its buffer is flushed, and when there still is nothing, the line is given
 * up. A long queue is no reason: every stanza that had waited begins the time anew.
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
