import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { type Clock, wait } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { canSend } from '../baileys/handshake.ts';
import type { OpenSocket } from './open-socket.ts';

const ANSWER_LIMIT_MS = 3_000;
/** The longest wait for what has come. Something that Baileys never finishes must not keep the device for ever. */
const DRAIN_LIMIT_MS = 30_000;

/** A query that changes nothing. */
const PING: BinaryNode = {
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
  content: [{ tag: 'ping', attrs: {} }],
};

/** Waits until everything is handled that WhatsApp had for this device: its answer comes behind that. Not if nothing has come yet. */
export async function drain(
  { socket, order }: Pick<OpenSocket, 'socket' | 'order'>,
  { log, clock }: { log: Logger; clock: Clock },
): Promise<void> {
  if (!canSend(socket)) return;
  await socket
    .query(PING, ANSWER_LIMIT_MS)
    .catch((error: unknown) => log.warn({ err: error }, 'WhatsApp did not answer before the device is unlinked'));
  await Promise.race([order.drained(), wait(clock, DRAIN_LIMIT_MS)]);
}

/**
 * Unlinks this device at WhatsApp. Unlike Baileys' own `logout`, it waits for the answer, or for the server to close
 * the connection, which confirms it too, before the caller closes the connection.
 */
export async function unlinkDevice(socket: WASocket): Promise<void> {
  const jid = socket.authState.creds.me?.id;
  if (!jid) return;
  if (!canSend(socket)) throw new Error('The connection is not open yet');
  await socket.query(
    {
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' },
      content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
    },
    ANSWER_LIMIT_MS,
  );
}
