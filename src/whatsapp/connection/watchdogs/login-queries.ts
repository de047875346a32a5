import type { WASocket } from '@whiskeysockets/baileys';
import { BrokenConnectionError } from './connection-errors.ts';
import type { WatchdogDeps } from './watchdog.ts';

const ANSWER_LIMIT_MS = 20_000;

/**
 * WhatsApp delivers nothing to a connection that has not asked to be `active`. Baileys asks once, after a query about its keys,
 * and reports `open` even when either of them is refused: a connection that looks open and is deaf. So after a refusal it is
 * asked again and, if that is not accepted, the connection is given up.
 */
export function watchLoginQueries({ socket, clock, giveUp }: WatchdogDeps): void {
  let isRefused = false;
  socket.ws.on('CB:iq,type:error', () => {
    isRefused = true;
  });
  socket.ws.on('CB:success', () => {
    isRefused = false;
  });
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection !== 'open' || !isRefused) return;
    const deaf = (): void => giveUp(new BrokenConnectionError('WhatsApp refused to deliver on this connection'));
    const limit = clock.after(ANSWER_LIMIT_MS, deaf);
    // Baileys resolves with `undefined` when a query times out.
    becomeActive(socket).then((answer) => answer !== undefined && limit.cancel(), deaf);
  });
}

/** The caller limits the time. */
async function becomeActive(socket: WASocket): Promise<unknown> {
  return socket.query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', xmlns: 'passive', type: 'set' },
    content: [{ tag: 'active', attrs: {} }],
  });
}
