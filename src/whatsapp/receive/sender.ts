import { jidOfNumber } from '../../domain/address.ts';
import type { WAMessage } from '@whiskeysockets/baileys';
import type { Sender } from '../../domain/message.ts';
import { type Person, NOBODY } from '../../domain/person.ts';
import { withoutDevice } from '../addressing/jid.ts';
import type { Addresses } from '../addressing/people.ts';
import type { Owner } from './replay.ts';

/** Finds the number and the LID of each person, from the given addresses and from what WhatsApp revealed before. */
export type FindPeople = (all: readonly Addresses[]) => Promise<Person[]>;

/** A message, and the account that has it. */
export interface Owned {
  message: WAMessage;
  me: Owner;
}

/** Reads who sent the message, by number and by LID if both are known. */
export async function readSender(owned: Owned, find: FindPeople): Promise<Sender> {
  const [person = NOBODY] = await find([addressesOf(owned)]);
  return { ...person, pushName: owned.message.pushName ?? null };
}

/** Returns every JID, without a device, that may name the sender of the message. */
export function senderNames(owned: Owned, find: FindPeople): Promise<string[]> {
  return namesOf(addressesOf(owned), find);
}

/** Returns every JID, without a device, that may name the person with these addresses. */
export async function namesOf(addresses: Addresses, find: FindPeople): Promise<string[]> {
  const [{ number, lid } = NOBODY] = await find([addresses]);
  const named = addresses.flatMap((jid) => (jid ? [withoutDevice(jid)] : []));
  return [...new Set([...named, ...(lid === null ? [] : [lid]), ...(number === null ? [] : [jidOfNumber(number)])])];
}

/** Returns the people that a message mentions, by number if it is known, otherwise by LID. */
export async function numbered(mentions: readonly string[], find: FindPeople): Promise<string[]> {
  const isUnknown = (name: string) => name.includes('@');
  if (!mentions.some(isUnknown)) return [...mentions];
  const people = await find(mentions.map((name) => (isUnknown(name) ? [name] : [])));
  return mentions.map((name, at) => people[at]?.number ?? name);
}

/** The addresses that WhatsApp gave for the sender: the participant in groups, otherwise the chat itself. */
function addressesOf({ message: { key }, me }: Owned): Addresses {
  if (key.fromMe) return [me.id, me.lid];
  if (key.participant) return [key.participant, key.participantAlt];
  return [key.remoteJid, key.remoteJidAlt];
}
