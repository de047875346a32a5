import { cleanMessage, decodeMessageNode, proto, unpadRandomMax16, type WAMessage } from '@whiskeysockets/baileys';
import type { JournalEntry } from '../../ports/signal.ts';

/** The account whose journal it is. */
export interface Owner {
  id: string;
  lid?: string | undefined;
}

/** A message from the journal, with all its parts. */
export interface JournaledMessage {
  message: WAMessage;
  /** Whether it had waited at WhatsApp. */
  offline: boolean;
}

/**
 * Builds the messages of these entries, in their order, as Baileys builds them from a stanza (decode-wa-message.js):
 * the parts of one delivery are one message. One that cannot be read is reported as such, and holds up no other.
 */
export function messagesOf(entries: readonly JournalEntry[], me: Owner): JournaledMessage[] {
  const deliveries = Map.groupBy(entries, ({ delivery }) => delivery);
  return [...deliveries.values()].flatMap((parts) => {
    const [first] = parts;
    const message = first && readable(first.attrs, parts, me);
    return message ? [{ message, offline: first.attrs.offline !== undefined }] : [];
  });
}

/** Returns the messages of the journal that were never handled; with an id, only that one. */
export async function leftOver(
  journal: { leftOver(): Promise<JournalEntry[]> },
  me: Owner,
  messageId: string | undefined,
): Promise<JournaledMessage[]> {
  const entries = await journal.leftOver();
  return messagesOf(messageId === undefined ? entries : entries.filter(({ attrs }) => attrs.id === messageId), me);
}

/**
 * A message of which only the stanza is known, in the form in which Baileys emits such messages; `undefined` when its
 * addresses say neither a person nor a group.
 */
export function unreadableMessage(attrs: Record<string, string>, me: Owner): WAMessage | undefined {
  let message: WAMessage;
  try {
    message = messageOf(attrs, [], me);
  } catch {
    return undefined;
  }
  return { ...message, message: null, messageStubType: proto.WebMessageInfo.StubType.CIPHERTEXT };
}

function readable(attrs: Record<string, string>, parts: readonly JournalEntry[], me: Owner): WAMessage | undefined {
  try {
    return messageOf(attrs, parts, me);
  } catch {
    return unreadableMessage(attrs, me);
  }
}

function messageOf(attrs: Record<string, string>, parts: readonly JournalEntry[], me: Owner): WAMessage {
  const lid = me.lid ?? '';
  const message: WAMessage = decodeMessageNode({ tag: 'message', attrs }, me.id, lid).fullMessage;
  message.message = Object.assign({}, ...parts.map(contentOf)) as proto.IMessage;
  clean(message, me.id, lid);
  return message;
}

/**
 * As Baileys does. It throws for a message that refers to nothing; by then the addresses, which come first, are
 * cleaned.
 */
function clean(message: WAMessage, ...me: [id: string, lid: string]): void {
  try {
    cleanMessage(message, ...me);
  } catch {
    // The message is still readable.
  }
}

/** What the owner wrote on the phone reaches us in a wrapper. */
function contentOf({ plaintext }: JournalEntry): proto.IMessage {
  const content = proto.Message.decode(unpadRandomMax16(plaintext));
  return content.deviceSentMessage?.message ?? content;
}
