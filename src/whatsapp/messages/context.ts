import type { proto, WAMessage } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../domain/message.ts';
import { numberOf, withoutDevice } from '../addressing/jid.ts';
import { BOOKKEEPING, fieldsOf, unwrap } from './unwrap.ts';

/** What a message says about others: the message it replies to, the people it mentions, whether it was forwarded. */
export type MessageContext = Pick<MessageContent, 'quotedMessageId' | 'mentions' | 'isForwarded'>;

/** Reads the context, which sits in the innermost part of most kinds; plain text has none. */
export function readContext(info: proto.IContextInfo | null | undefined): MessageContext {
  return {
    quotedMessageId: info?.stanzaId ?? null,
    mentions: (info?.mentionedJid ?? []).map((jid) => numberOf(jid) ?? withoutDevice(jid)),
    isForwarded: info?.isForwarded ?? false,
  };
}

/** The context of a message that goes to `chatId`. */
export interface Context {
  chatId: string;
  /** The message that it replies to, and that message's author. */
  quoted: { message: WAMessage; author: string } | undefined;
  /** The JIDs of the people it mentions. */
  mentions: readonly string[];
  /** What it says of the chat's disappearing timer, if anything. */
  timer?: proto.IContextInfo | undefined;
}

/** Adds the context to an outgoing message; without any the message stays as it is. */
export function writeContext(message: proto.IMessage, { chatId, quoted, mentions, timer }: Context): proto.IMessage {
  if (!quoted && mentions.length === 0 && !timer) return message;
  return withContext(message, { ...(quoted && quote(quoted, chatId)), mentionedJid: [...mentions], ...timer });
}

function quote(
  { message: { key, message }, author }: NonNullable<Context['quoted']>,
  chatId: string,
): proto.IContextInfo {
  const { field, leaf } = leafOf(unwrap(message ?? {}));
  // A quote within a quoted message is not shown, and would grow with every reply.
  const quotedMessage = { [field]: typeof leaf === 'string' ? leaf : { ...leaf, contextInfo: null } };
  const elsewhere = key.remoteJid && key.remoteJid !== chatId ? { remoteJid: key.remoteJid } : {};
  return { stanzaId: key.id ?? null, participant: author, quotedMessage, ...elsewhere };
}

/** Adds this to the message's context, and leaves the rest of it as it is. */
export function withContext(message: proto.IMessage, contextInfo: proto.IContextInfo): proto.IMessage {
  const { field, leaf } = leafOf(message);
  if (typeof leaf === 'string') return message;
  return { ...message, [field]: { ...leaf, contextInfo: { ...leaf.contextInfo, ...contextInfo } } };
}

/** Returns the field of a message that says what it is, and its value: mostly an object with a context of its own. */
export function leafOf(message: proto.IMessage): {
  field: string;
  leaf: string | { contextInfo?: proto.IContextInfo | null };
} {
  const isContent = (name: string) => !BOOKKEEPING.has(name) || name === 'albumMessage';
  const field = fieldsOf(message).find(isContent) ?? 'conversation';
  const leaf = message[field as keyof proto.IMessage] ?? '';
  return { field, leaf: leaf as string | { contextInfo?: proto.IContextInfo | null } };
}
