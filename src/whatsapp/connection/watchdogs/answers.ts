import { type WASocket } from '@whiskeysockets/baileys';
import { BrokenConnectionError } from '../connection-errors.ts';
import { type WatchdogDeps } from './watchdog.ts';

const PROBE_EVERY_MS = 300_000;
const ANSWER_LIMIT_MS = 20_000;

/**
 * Asks WhatsApp something cheap every five minutes, and gives up a line whose questions are not answered. Baileys pings too,
 * but looks only at whether any frame comes, not at the answer: a line that hears others and is itself not heard stays open.
 */
export function watchAnswers({ socket, clock, giveUp }: WatchdogDeps): void {
  const probe = (): void => {
    clock.after(PROBE_EVERY_MS, probe);
    const limit = clock.after(ANSWER_LIMIT_MS, () => {
      giveUp(new BrokenConnectionError('WhatsApp does not answer queries on this connection'));
    });
    ping(socket).then(
      // `undefined` is Baileys' word for a query that timed out: no answer. A refusal is one.
      (answer) => answer !== undefined && limit.cancel(),
      () => socket.ws.isOpen && limit.cancel(),
    );
  };
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection === 'open') clock.after(PROBE_EVERY_MS, probe);
  });
}

/** The limit of the answer is the caller's: without one of its own, Baileys answers `undefined` after its usual time. */
async function ping(socket: WASocket): Promise<unknown> {
  return socket.query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
    content: [{ tag: 'ping', attrs: {} }],
  });
}
