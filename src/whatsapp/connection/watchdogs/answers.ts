import type { WASocket } from '@whiskeysockets/baileys';
import { BrokenConnectionError } from './connection-errors.ts';
import type { WatchdogDeps } from './watchdog.ts';

const PROBE_EVERY_MS = 300_000;
const ANSWER_LIMIT_MS = 20_000;

/**
 * Sends WhatsApp a cheap query every five minutes, and gives up a connection whose queries are not answered. Baileys
 * pings too, but only checks whether any frame arrives, not the answer: a connection that receives but whose own frames
 * get lost stays open.
 */
export function watchAnswers({ socket, clock, giveUp }: WatchdogDeps): void {
  const probe = (): void => {
    clock.after(PROBE_EVERY_MS, probe);
    const limit = clock.after(ANSWER_LIMIT_MS, () => {
      giveUp(new BrokenConnectionError('WhatsApp does not answer queries on this connection'));
    });
    ping(socket).then(
      // Baileys resolves with `undefined` when a query times out: no answer. A refusal is one.
      (answer) => answer !== undefined && limit.cancel(),
      () => socket.ws.isOpen && limit.cancel(),
    );
  };
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection === 'open') clock.after(PROBE_EVERY_MS, probe);
  });
}

/** The caller limits the time: without a limit of its own, Baileys resolves with `undefined` after its default. */
async function ping(socket: WASocket): Promise<unknown> {
  return socket.query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
    content: [{ tag: 'ping', attrs: {} }],
  });
}
