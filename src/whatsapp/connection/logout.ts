import { type WASocket } from '@whiskeysockets/baileys';

const ANSWER_LIMIT_MS = 3_000;

/**
 * Unlinks this device at WhatsApp. Unlike Baileys' own `logout`, it waits for the answer, or for the server to close
 * the connection, which confirms it too, before the caller closes the connection.
 */
export async function unlinkDevice(socket: WASocket): Promise<void> {
  const jid = socket.authState.creds.me?.id;
  if (!jid) return;
  await socket.query(
    {
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' },
      content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
    },
    ANSWER_LIMIT_MS,
  );
}
