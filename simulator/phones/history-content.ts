import { proto } from '@whiskeysockets/baileys';

import type { Addressing } from '../world/address.ts';
import { newMessageId } from './message-id.ts';

/** Somebody in the phone's history: a phone, or a person without one. */
export interface PastPerson {
  readonly number: string;
  /** `…@lid`. */
  readonly lid: string;
  /** The name that this person chose. */
  readonly name: string;
}

/** A chat with somebody, from before a device is linked. */
export interface PastChat {
  readonly person: PastPerson;
  /** The name in the phone's address book, if this person is in it. */
  readonly savedAs?: string | undefined;
  /** The texts that this person wrote, the oldest first. */
  readonly texts: readonly string[];
  /** The privacy token that this person gave to the phone. */
  readonly token?: Uint8Array | undefined;
  /** How the chat is addressed. */
  readonly addressing: Addressing;
}

/** The messages of a chat that go into one chunk, and the moment of the last message of all (Unix seconds). */
export interface ChatPart {
  readonly chat: PastChat;
  readonly messages: readonly PastMessage[];
  readonly untilSeconds: number;
}

/** A message of a chat. */
export interface PastMessage {
  readonly id: string;
  readonly text: string;
  /** Unix seconds. */
  readonly sentAt: number;
}

const SECONDS_BETWEEN = 60;

/** The messages of a chat, one a minute, the last one a minute before `untilSeconds`; each call makes new ids. */
export function pastMessages({ texts }: PastChat, untilSeconds: number): PastMessage[] {
  return texts.map((text, index) => ({
    id: newMessageId(),
    text,
    sentAt: untilSeconds - (texts.length - index) * SECONDS_BETWEEN,
  }));
}

/** The JID of a person's chat. */
function chatJid({ person, addressing }: PastChat): string {
  return addressing === 'lid' ? person.lid : jidOf(person);
}

/** A chat with some of its messages, the newest first, as WhatsApp writes it. */
export function conversation({ chat, messages, untilSeconds }: ChatPart): proto.IConversation {
  const { person, savedAs, token, addressing } = chat;
  const id = chatJid(chat);
  return {
    id,
    ...(addressing === 'lid' ? { pnJid: jidOf(person) } : { lidJid: person.lid }),
    ...(savedAs !== undefined && { name: savedAs, displayName: savedAs }),
    ...(token && { tcToken: token, tcTokenTimestamp: untilSeconds, tcTokenSenderTimestamp: untilSeconds }),
    conversationTimestamp: untilSeconds,
    unreadCount: messages.length,
    messages: [...messages].reverse().map(({ id: messageId, text, sentAt }, index) => ({
      message: {
        key: { remoteJid: id, fromMe: false, id: messageId },
        message: { conversation: text },
        messageTimestamp: sentAt,
        pushName: person.name,
      },
      msgOrderId: index,
    })),
  };
}

/** The names that these people chose. */
export function pushNames(chats: readonly PastChat[]): proto.IPushname[] {
  return chats.map((chat) => ({ id: chatJid(chat), pushname: chat.person.name }));
}

/** The LIDs of these people. */
export function lidMappings(people: readonly PastPerson[]): proto.IPhoneNumberToLIDMapping[] {
  return people.map((person) => ({ pnJid: jidOf(person), lidJid: person.lid }));
}

/** The payload by which a phone moves its chats to LIDs. */
export function lidMigration(people: readonly PastPerson[], atSeconds: number): Uint8Array {
  const pnToLidMappings = people.map(({ number, lid }) => ({ pn: Number(number), assignedLid: Number(userOf(lid)) }));
  const payload = { pnToLidMappings, chatDbMigrationTimestamp: atSeconds };
  return proto.LIDMigrationMappingSyncPayload.encode(payload).finish();
}

/** `count` people without phones; they never change. */
export function strangers(count: number): PastPerson[] {
  return Array.from({ length: count }, (_, index) => {
    const digits = String(index).padStart(7, '0');
    return { number: `54119${digits}`, lid: `1900000${digits}@lid`, name: `Person ${index + 1}` };
  });
}

function jidOf({ number }: PastPerson): string {
  return `${number}@s.whatsapp.net`;
}

function userOf(jid: string): string {
  return jid.slice(0, jid.indexOf('@'));
}
