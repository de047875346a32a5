import { type proto, type WAMessage } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { numberOf, withoutDevice } from '../addressing/jid.ts';
import { BOOKKEEPING, fieldsOf, unwrap } from './unwrap.ts';

/** What a message says about others: the one it answers, the people it names, whether it was forwarded. */
export type MessageContext = Pick<MessageContent, 'quotedMessageId' | 'mentions' | 'isForwarded'>;

/** The context that sits in the innermost part of most kinds; plain text has none. */
export function readContext(info: proto.IContextInfo | null | undefined): MessageContext {
  return {
    quotedMessageId: info?.stanzaId ?? null,
    mentions: (info?.mentionedJid ?? []).map((jid) => numberOf(jid) ?? withoutDevice(jid)),
    isForwarded: info?.isForwarded ?? false,
  };
}

/** What a message that goes to `chatId` says about others. */
export interface Context {
  chatId: string;
  /** The message that it answers, and who wrote that one. */
  quoted: { message: WAMessage; author: string } | undefined;
  /** The JIDs of the people whom it names. */
  mentions: readonly string[];
}

/** The message with its context, as it goes out; without any it stays as it is. */
export function writeContext(message: proto.IMessage, { chatId, quoted, mentions }: Context): proto.IMessage {
  if (!quoted && mentions.length === 0) return message;
  return withContext(message, { ...(quoted && quote(quoted, chatId)), mentionedJid: [...mentions] });
}

function quote(
  { message: { key, message }, author }: NonNullable<Context['quoted']>,
  chatId: string,
): proto.IContextInfo {
  const { field, leaf } = leafOf(unwrap(message ?? {}));
  // What a quoted message quotes itself is not shown, and would grow with every answer.
  const quotedMessage = { [field]: typeof leaf === 'string' ? leaf : { ...leaf, contextInfo: null } };
  const elsewhere = key.remoteJid && key.remoteJid !== chatId ? { remoteJid: key.remoteJid } : {};
  return { stanzaId: key.id ?? null, participant: author, quotedMessage, ...elsewhere };
}

/** The message with this in its context, beside what is there. */
export function withContext(message: proto.IMessage, contextInfo: proto.IContextInfo): proto.IMessage {
  const { field, leaf } = leafOf(message);
  if (typeof leaf === 'string') return message;
  return { ...message, [field]: { ...leaf, contextInfo: { ...leaf.contextInfo, ...contextInfo } } };
}

/** The field of a message that says what it is, and what is in it: mostly an object with a context of its own. */
export function leafOf(message: proto.IMessage): {
  field: string;
  leaf: string | { contextInfo?: proto.IContextInfo | null };
} {
  const field = fieldsOf(message).find((name) => !BOOKKEEPING.has(name)) ?? 'conversation';
  const leaf = message[field as keyof proto.IMessage] ?? '';
  return { field, leaf: leaf as string | { contextInfo?: proto.IContextInfo | null } };
}
