import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { type IncomingMessage, type MessageContent } from '../../domain/message.ts';
import { isGroup, withoutDevice } from '../addressing/jid.ts';
import { contentOf } from '../messages/content.ts';
import { isEmpty, readContent } from '../messages/read.ts';
import { unsupported } from '../messages/kinds/unsupported.ts';
import { opened, sentAtMs, type VoteLookUps } from './sealed-votes.ts';
import { numbered, type Owned, readSender } from './sender.ts';

/** What is looked up to read a message. */
export interface LookUps extends VoteLookUps {
  /** Returns the numbers of a message's fields that our protocol definition does not name. */
  unknownFields: (messageId: string) => Promise<number[]>;
  groupName: (groupId: string) => Promise<string | null>;
}

/** A message as it arrived: for which account, and whether it had waited at WhatsApp. */
export interface Arrival extends Owned {
  offline: boolean;
}

/**
 * Reads a Baileys message into our own types; `undefined` for what the backend does not receive: status broadcasts,
 * channels and bookkeeping between devices.
 */
export async function readIncoming(arrival: Arrival, lookUp: LookUps): Promise<IncomingMessage | undefined> {
  const { message, offline } = arrival;
  const { remoteJid, id, fromMe } = message.key;
  if (!remoteJid || !id || isPublicChannel(remoteJid)) return undefined;
  const content = readMessage(message) ?? (await readUnknown(message, lookUp));
  if (!content) return undefined;
  const chatId = withoutDevice(remoteJid);
  return {
    id,
    chatId,
    isGroup: isGroup(chatId),
    groupName: isGroup(chatId) ? await lookUp.groupName(chatId) : null,
    fromMe: fromMe === true,
    sender: await readSender(arrival, lookUp.people),
    sentAtMs: sentAtMs(message),
    offline,
    content: { ...(await opened(content, arrival, lookUp)), mentions: await numbered(content.mentions, lookUp.people) },
  };
}

/** A message from another device of the owner may be undecryptable too, but it is only bookkeeping. */
function readMessage({ key, message, messageStubType }: WAMessage): MessageContent | undefined {
  if (messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT) return key.fromMe ? undefined : UNDECRYPTABLE;
  // View-once messages open on the phone alone; other devices only learn that there is one.
  if (!message) return key.isViewOnce ? unsupported({}) : undefined;
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

const UNDECRYPTABLE = contentOf('undecryptable');

function isPublicChannel(jid: string): boolean {
  return jid === 'status@broadcast' || jid.endsWith('@newsletter');
}
