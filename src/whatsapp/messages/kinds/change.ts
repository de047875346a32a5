import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { AppError } from '../../../domain/errors.ts';
import type { MessageContent } from '../../../domain/message.ts';
import { contentOf } from '../content.ts';
import { fieldsOf, unwrap } from '../unwrap.ts';

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/** Reads the content of a message of any kind. */
export type ReadContent = (message: proto.IMessage) => MessageContent | undefined;

/**
 * Reads a change of an earlier message: a deletion, or an edit, whose new form `readContent` reads; `undefined` when
 * `message` is of another kind.
 */
export function read({ protocolMessage }: proto.IMessage, readContent: ReadContent): MessageContent | undefined {
  if (!protocolMessage) return undefined;
  const messageId = protocolMessage.key?.id ?? null;
  // Protobuf leaves out a type of 0, which is REVOKE.
  const type = protocolMessage.type ?? REVOKE;
  if (type === REVOKE) return contentOf('delete', { deletedMessageId: messageId });
  if (type !== MESSAGE_EDIT) return undefined;
  const newForm = editOf(protocolMessage);
  const content = (newForm ? readContent(newForm) : undefined) ?? contentOf('edit');
  return { ...content, type: 'edit', editedMessageId: messageId };
}

/** Returns the new form of the message that this edits; `undefined` when it is no edit. */
export function editOf({ type, editedMessage }: proto.Message.IProtocolMessage): proto.IMessage | undefined {
  return type === MESSAGE_EDIT ? (editedMessage ?? undefined) : undefined;
}

/** Writes the deletion of the message with this key. */
export function writeDeletion(key: WAMessageKey): proto.IMessage {
  return { protocolMessage: { key, type: REVOKE } };
}

/**
 * How long a message can be edited: recipients ignore later edits (WhatsApp's help pages; a minute less, for clocks
 * that differ).
 */
const EDITABLE_FOR_MS = 14 * 60_000;

/**
 * Writes an edit at `atMs` (Unix ms): the message as it was, with another text.
 * @throws AppError `message_not_suitable` when it has neither a text nor a caption, or was sent too long ago
 */
export function writeEdit({ key, message, messageTimestamp }: WAMessage, text: string, atMs: number): proto.IMessage {
  if (messageTimestamp && atMs - Number(messageTimestamp) * 1000 > EDITABLE_FOR_MS) {
    throw new AppError('message_not_suitable', { message: 'A message can be edited only within 15 minutes.' });
  }
  const editedMessage = rewritten(unwrap(message ?? {}), text);
  return { protocolMessage: { key, type: MESSAGE_EDIT, editedMessage, timestampMs: atMs } };
}

/** Kinds that have a caption. */
const CAPTIONED = ['imageMessage', 'videoMessage', 'documentMessage'] as const;

function rewritten(message: proto.IMessage, text: string): proto.IMessage {
  const [captioned] = CAPTIONED.filter((field) => fieldsOf(message).includes(field));
  if (captioned) return { [captioned]: { ...message[captioned], caption: text } };
  if (message.extendedTextMessage) return { extendedTextMessage: { ...message.extendedTextMessage, text } };
  if (typeof message.conversation === 'string') return { conversation: text };
  throw new AppError('message_not_suitable', { message: 'Only a text or a caption can be edited.' });
}
