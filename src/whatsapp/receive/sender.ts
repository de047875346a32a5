import { type WAMessage } from '@whiskeysockets/baileys';
import { type Sender } from '../../domain/message.ts';
import { type Person } from '../../domain/person.ts';
import { jidOfNumber, withoutDevice } from '../addressing/jid.ts';
import { type Addresses } from '../addressing/people.ts';
import { type Owner } from './replay.ts';

/** The number and the LID of each, from the given addresses and from what WhatsApp told before. */
export type FindPeople = (all: readonly Addresses[]) => Promise<Person[]>;

/** A message, and whose account has it. */
export interface Owned {
  message: WAMessage;
  me: Owner;
}

/** Who sent the message, under both addressings where both are known. */
export async function readSender(owned: Owned, find: FindPeople): Promise<Sender> {
  const [person = NOBODY] = await find([addressesOf(owned)]);
  return { ...person, pushName: owned.message.pushName ?? null };
}

const NOBODY: Person = { number: null, lid: null };

/** Every JID, without a device, by which the sender of the message may be named. */
export async function senderNames(owned: Owned, find: FindPeople): Promise<string[]> {
  const { number, lid } = await readSender(owned, find);
  const named = addressesOf(owned).flatMap((jid) => (jid ? [withoutDevice(jid)] : []));
  return [...new Set([...named, ...(lid === null ? [] : [lid]), ...(number === null ? [] : [jidOfNumber(number)])])];
}

/** The people whom a message names, by number where it is known, else by LID. */
export async function numbered(mentions: readonly string[], find: FindPeople): Promise<string[]> {
  const isUnknown = (name: string) => name.includes('@');
  if (!mentions.some(isUnknown)) return [...mentions];
  const people = await find(mentions.map((name) => (isUnknown(name) ? [name] : [])));
  return mentions.map((name, at) => people[at]?.number ?? name);
}

/** Every address by which WhatsApp named the sender: in groups the participant, else the chat itself. */
function addressesOf({ message: { key }, me }: Owned): Addresses {
  if (key.fromMe) return [me.id, me.lid];
  if (key.participant) return [key.participant, key.participantAlt];
  return [key.remoteJid, key.remoteJidAlt];
}
