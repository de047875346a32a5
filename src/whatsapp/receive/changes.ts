import type { proto, WAMessage } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../domain/message.ts';
import { isGroup, withoutDevice } from '../addressing/jid.ts';
import { unwrap } from '../messages/unwrap.ts';
import { type FindPeople, namesOf, type Owned, senderNames } from './sender.ts';

/** What is looked up to judge a change. */
export interface ChangeLookUps {
  people: FindPeople;
  /** Finds all messages with this id, sent and received: their senders choose it. */
  messages: (messageId: string) => Promise<WAMessage[]>;
  /** Whether somebody with one of these JIDs administers the group; false when that cannot be known. */
  isAdmin: (groupId: string, names: readonly string[]) => Promise<boolean>;
}

/**
 * Whether WhatsApp would show what this message says about an earlier one. Anybody can write that they edit, delete or
 * react to any message whose id they know, so phones compare: all of it counts in the chat of that message only, an edit
 * or a deletion only by its author, and a deletion in a group also by an admin. Of a message that is not known (any
 * more), nothing but the claim to be its author can be checked.
 */
export async function isShown(content: MessageContent, change: Owned, lookUp: ChangeLookUps): Promise<boolean> {
  const messageId = targetOf(content);
  if (messageId === null) return true;
  const known = (await lookUp.messages(messageId)).map((message) => ({ message, me: change.me }));
  const inChat = await inSameChat(known, change, lookUp.people);
  if (known.length > 0 && inChat.length === 0) return false;
  if (content.type === 'reaction' || content.type === 'poll_vote') return true;
  const names = await senderNames(change, lookUp.people);
  const isAuthor =
    known.length > 0 ? await isAuthorOfAny(inChat, names, lookUp.people) : claimsToBeAuthor(change, names);
  return isAuthor || (content.type === 'delete' && isGroup(chatOf(change)) && lookUp.isAdmin(chatOf(change), names));
}

/** Returns those of the messages that are in the chat of this one. */
export async function inSameChat<Known extends Owned>(
  messages: readonly Known[],
  one: Owned,
  find: FindPeople,
): Promise<Known[]> {
  const names = await chatNames(one, find);
  const chats = await Promise.all(messages.map((message) => chatNames(message, find)));
  return messages.filter((_, at) => chats[at]?.some((name) => names.includes(name)));
}

/** The id of the message that this content is about; `null` when it is about none, or names none. */
function targetOf({ editedMessageId, deletedMessageId, reaction, poll, type }: MessageContent): string | null {
  const pollId = type === 'poll_vote' ? poll?.message_id : undefined;
  return editedMessageId ?? deletedMessageId ?? reaction?.message_id ?? pollId ?? null;
}

async function isAuthorOfAny(messages: readonly Owned[], names: readonly string[], find: FindPeople): Promise<boolean> {
  const authors = await Promise.all(messages.map((message) => senderNames(message, find)));
  return authors.flat().some((author) => names.includes(author));
}

/** A change names its message from the point of view of whoever made it. */
function claimsToBeAuthor({ message: { message } }: Owned, names: readonly string[]): boolean {
  const { protocolMessage, secretEncryptedMessage } = unwrap(message ?? {});
  const key: proto.IMessageKey | null | undefined = protocolMessage?.key ?? secretEncryptedMessage?.targetMessageKey;
  return key?.fromMe === true || names.includes(withoutDevice(key?.participant ?? ''));
}

/** Every JID that may name the chat: the group, or the other person. */
export async function chatNames(owned: Owned, find: FindPeople): Promise<string[]> {
  const { remoteJid, remoteJidAlt, participant } = owned.message.key;
  if (isGroup(remoteJid ?? '')) return [chatOf(owned)];
  // What came by a broadcast list is in the chat with its sender.
  const person = remoteJid?.endsWith('@broadcast') ? participant : remoteJid;
  return namesOf([person, remoteJidAlt], find);
}

function chatOf({ message: { key } }: Owned): string {
  return withoutDevice(key.remoteJid ?? '');
}
