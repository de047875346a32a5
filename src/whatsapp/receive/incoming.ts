import { areJidsSameUser, proto, type WAMessage } from '@whiskeysockets/baileys';
import { isCredibleTime } from '../../kit/clock.ts';
import type { IncomingMessage, MessageContent } from '../../domain/message.ts';
import { isChannel } from '../../domain/channel.ts';
import { type Post, STATUS_JID } from '../../domain/post.ts';
import { isGroup, withoutDevice } from '../addressing/jid.ts';
import { contentOf } from '../messages/content.ts';
import { namesIn } from '../addressing/people.ts';
import { isEmpty, readContent } from '../messages/read.ts';
import { unsupported } from '../messages/kinds/unsupported.ts';
import { type ChangeLookUps, isShown } from './changes.ts';
import { maySetTimer, notedTimer } from './chat-timers.ts';
import { claimOf, opened } from './sealed-messages.ts';
import { numbered, type Owned, readSender } from './sender.ts';

/** What is looked up to read a message. */
export interface LookUps extends ChangeLookUps {
  /** Returns the numbers of a message's fields that our protocol definition does not name. */
  unknownFields: (messageId: string) => Promise<number[]>;
  groupName: (groupId: string) => Promise<string | null>;
  /** Called for a change of a message that WhatsApp would not show, and which the backend does not receive. */
  ignored: () => void;
}

/** A message as it arrived: for which account, when (Unix ms), and whether it had waited at WhatsApp. */
export interface Arrival extends Owned {
  receivedAtMs: number;
  offline: boolean;
}

/** For a message of which nothing can be looked up. */
export const NO_LOOK_UPS: LookUps = {
  people: (all) => Promise.resolve(all.map(namesIn)),
  messages: () => Promise.resolve([]),
  isAdmin: () => Promise.resolve(false),
  unknownFields: () => Promise.resolve([]),
  groupName: () => Promise.resolve(null),
  ignored: () => undefined,
};

/**
 * Reads a Baileys message into our own types; `undefined` for what the backend does not receive: status broadcasts,
 * channels, bookkeeping between devices, and changes that WhatsApp would not show.
 */
export async function readIncoming(arrival: Arrival, lookUp: LookUps): Promise<IncomingMessage | undefined> {
  const { message, offline } = arrival;
  const { remoteJid, id, fromMe } = message.key;
  if (!remoteJid || !id || isPublicChannel(remoteJid)) return undefined;
  const content = await readTellable(message, lookUp);
  if (!content) return undefined;
  if (!(await isShown(claimOf(message) ?? content, arrival, lookUp))) {
    lookUp.ignored();
    return undefined;
  }
  const chatId = withoutDevice(remoteJid);
  const sentAtMs = sentAt(arrival);
  const read = await opened(content, { ...arrival, sentAtMs }, lookUp);
  return {
    id,
    chatId,
    isGroup: isGroup(chatId),
    groupName: isGroup(chatId) ? await lookUp.groupName(chatId) : null,
    fromMe: fromMe === true,
    sender: await readSender(arrival, lookUp.people),
    sentAtMs,
    offline,
    content: { ...read, mentions: await numbered(read.mentions, lookUp.people) },
    timer: await notedTimer({ ...arrival, sentAtMs }, lookUp.people),
  };
}

/** Reads what somebody posted as a status or in a channel; `undefined` for everything else, and for what cannot be read yet. */
export async function readPost(arrival: Arrival, lookUp: LookUps): Promise<Post | undefined> {
  const { message, me, offline } = arrival;
  const { remoteJid, id, server_id: serverId } = message.key;
  if (!remoteJid || !id || !isPublicChannel(remoteJid)) return undefined;
  const content = await readTellable(message, lookUp);
  if (!content || content === UNDECRYPTABLE) return undefined;
  return {
    ...{ id, chatId: remoteJid, isGroup: false, groupName: null, fromMe: isOwn(message, me), offline },
    sender: await readSender(arrival, lookUp.people),
    sentAtMs: sentAt(arrival),
    content: { ...content, text: content.text?.slice(0, LONGEST_POST).toWellFormed() ?? null },
    serverId: positive(serverId),
  };
}

function positive(text: string | null | undefined): number | null {
  const number = Number(text ?? '');
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}

/** Baileys knows the account behind a status only by its number. */
function isOwn({ key: { fromMe, participant } }: WAMessage, { id, lid }: Arrival['me']): boolean {
  if (fromMe === true || !participant) return fromMe === true;
  return [id, lid].some((own) => own && areJidsSameUser(participant, own));
}

/** The limit of a text that is sent. */
const LONGEST_POST = 65_536;

/** A change of a group's timer counts only from WhatsApp's server. */
async function readTellable(message: WAMessage, lookUp: LookUps): Promise<MessageContent | undefined> {
  const content = readMessage(message) ?? (await readUnknown(message, lookUp));
  return content?.type === 'disappearing_timer' && !maySetTimer(message) ? undefined : content;
}

/** A message from another device of the owner may be undecryptable too, but it is only bookkeeping. */
function readMessage({ key, message, messageStubType }: WAMessage): MessageContent | undefined {
  if (messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT) return key.fromMe ? undefined : UNDECRYPTABLE;
  // WhatsApp may keep a view-once message to the phone; other devices only learn that there is one.
  if (!message) return key.isViewOnce ? WITHHELD : undefined;
  try {
    return readContent(message);
  } catch {
    // However malformed it is, the message arrived, and must not get lost.
    return unsupported(message);
  }
}

/** A message newer than our protocol definition: not even its name is known, but somebody may have written it. */
async function readUnknown({ key, message }: WAMessage, lookUp: LookUps): Promise<MessageContent | undefined> {
  if (!message || !isEmpty(message)) return undefined;
  const numbers = await lookUp.unknownFields(key.id ?? '').catch(() => []);
  return numbers.length === 0
    ? undefined
    : contentOf('unsupported', { unsupportedKeys: numbers.map((number) => `field ${number}`) });
}

/** When the message was sent, by WhatsApp's clock (Unix ms); when it arrived, if WhatsApp says no time, or an absurd one. */
function sentAt({ message: { messageTimestamp }, receivedAtMs }: Arrival): number {
  const ms = Number(messageTimestamp ?? 0) * 1000;
  return isCredibleTime(ms) ? Math.floor(ms) : receivedAtMs;
}

const UNDECRYPTABLE = contentOf('undecryptable');
const WITHHELD = contentOf('view_once', { viewOnce: true });

function isPublicChannel(jid: string): boolean {
  return jid === STATUS_JID || isChannel(jid);
}
