import type { proto, WAMessage } from '@whiskeysockets/baileys';
import { AppError } from '../../../domain/errors.ts';
import { leafOf, withContext } from '../context.ts';
import { unwrap } from '../unwrap.ts';

/** Kinds that make sense on their own; a poll's votes, for instance, belong to its conversation. */
const FORWARDABLE = new Set([
  ...['conversation', 'extendedTextMessage', 'imageMessage', 'videoMessage', 'ptvMessage', 'audioMessage'],
  ...['documentMessage', 'stickerMessage', 'locationMessage', 'contactMessage', 'contactsArrayMessage'],
]);

/**
 * Writes a message that is forwarded. Files are not uploaded again. As on the phone, it is marked as forwarded unless we
 * wrote it ourselves.
 * @throws AppError `message_not_suitable` for kinds that cannot be forwarded
 */
export function write({ key, message }: WAMessage): proto.IMessage {
  const inner = unwrap(message ?? {});
  const { field, leaf } = leafOf(inner);
  if (!FORWARDABLE.has(field)) {
    throw new AppError('message_not_suitable', { message: 'Messages of this kind cannot be forwarded.' });
  }
  const plain: proto.IMessage =
    typeof leaf === 'string' ? { extendedTextMessage: { text: leaf } } : { [field]: { ...leaf, contextInfo: null } };
  const score = typeof leaf === 'string' ? 0 : (leaf.contextInfo?.forwardingScore ?? 0);
  return key.fromMe && score === 0 ? plain : withContext(plain, { isForwarded: true, forwardingScore: score + 1 });
}
