import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { type IncomingMessage, type MessageContent, type Sender } from '../domain/message.ts';
import { isGroup, lidOf, numberOf, withoutDevice } from './jid.ts';
import { contentOf } from './messages/content.ts';
import { readContent } from './messages/read.ts';

/** Finds the phone-number JID that belongs to a LID; `null` when WhatsApp never told. */
type FindNumberJid = (lid: string) => Promise<string | null>;

/** What is looked up elsewhere to read a message. */
export interface LookUps {
  numberOf: FindNumberJid;
  groupName: (groupId: string) => Promise<string | null>;
}

/** How a message came: with whose account, and whether it had waited at WhatsApp. */
export interface Arrival {
  message: WAMessage;
  offline: boolean;
  /** The account's own JIDs, for messages that its owner sent from the phone. */
  me: { id: string; lid?: string | undefined };
}

/**
 * A message of Baileys in our words; `undefined` for what the backend is not told: status broadcasts,
 * channels and bookkeeping between devices.
 */
export async function readIncoming(arrival: Arrival, lookUp: LookUps): Promise<IncomingMessage | undefined> {
  const { message, offline } = arrival;
  const { remoteJid, id, fromMe } = message.key;
  if (!remoteJid || !id || isPublicChannel(remoteJid)) return undefined;
  const content = readMessage(message);
  if (!content) return undefined;
  const chatId = withoutDevice(remoteJid);
  return {
    id,
    chatId,
    isGroup: isGroup(chatId),
    groupName: isGroup(chatId) ? await lookUp.groupName(chatId) : null,
    fromMe: fromMe === true,
    sender: await readSender(arrival, lookUp.numberOf),
    sentAtMs: Number(message.messageTimestamp ?? 0) * 1000,
    offline,
    content,
  };
}

/** Another device of the owner may fail to be read too, but what it wrote to us is only bookkeeping. */
function readMessage({ key, message, messageStubType }: WAMessage): MessageContent | undefined {
  if (messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT) return key.fromMe ? undefined : UNDECRYPTABLE;
  // WhatsApp shows what may be seen once on the phone alone; other devices learn only that it is there.
  if (!message) return key.isViewOnce ? UNSUPPORTED : undefined;
  try {
    return readContent(message);
  } catch {
    // Whatever somebody made of it: the message came, and must not come to nothing.
    return UNSUPPORTED;
  }
}

const UNDECRYPTABLE = contentOf('undecryptable');
const UNSUPPORTED = contentOf('unsupported');

function isPublicChannel(jid: string): boolean {
  return jid === 'status@broadcast' || jid.endsWith('@newsletter');
}

async function readSender(arrival: Arrival, find: FindNumberJid): Promise<Sender> {
  const jids = senderJids(arrival);
  const lid = jids.map(lidOf).find((found) => found !== null) ?? null;
  const number =
    jids.map(numberOf).find((found) => found !== null) ?? (lid === null ? null : numberOf(await find(lid)));
  return { number, lid, pushName: arrival.message.pushName ?? null };
}

/** Every address by which WhatsApp named the sender: in groups the participant, else the chat itself. */
function senderJids({ message: { key }, me }: Arrival): (string | null | undefined)[] {
  if (key.fromMe) return [me.id, me.lid];
  if (key.participant) return [key.participant, key.participantAlt];
  return [key.remoteJid, key.remoteJidAlt];
}
