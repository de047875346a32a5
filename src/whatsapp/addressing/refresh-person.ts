import { jidOfNumber } from '../../domain/address.ts';
import { jidDecode } from '@whiskeysockets/baileys';
import { type Person, NOBODY } from '../../domain/person.ts';
import type { BaileysCache } from '../baileys/baileys-cache.ts';
import { forgetLid, type MappingSocket } from '../baileys/lid-mappings.ts';
import { withoutDevice } from './jid.ts';
import type { NumberSocket } from './number-query.ts';
import { namesIn, peopleOf } from './people.ts';
import type { RecipientLookup } from './recipient-lookup.ts';
import type { WireAddresses } from './wire-address.ts';

/** What is known of people's addresses. */
export interface KnownAddresses {
  socket: MappingSocket & NumberSocket;
  addresses: WireAddresses;
  lookup: RecipientLookup;
  /** The devices of each person, by the user part of either address. */
  deviceLists: BaileysCache;
}

/**
 * WhatsApp says that what we know of the person with this JID is out of date: the LID of the number is looked up anew. Until WhatsApp
 * has answered, nothing is sent to that person. Resolves then, and never rejects.
 */
export function refreshPerson(known: KnownAddresses, jid: string): Promise<void> {
  const { socket, addresses, lookup } = known;
  const refresh = async (): Promise<void> => {
    const { number } = await forgetPerson(known, jid);
    if (number === null) return;
    const numbered = jidOfNumber(number);
    await addresses.changing(numbered, async () => {
      await forgetLid(socket, numbered);
      await lookup.accounts(socket, [number]);
    });
  };
  return addresses.changing(jid, refresh);
}

/** WhatsApp says that the person with this JID is not where we think: account and devices are asked for before the next message. */
export async function forgetPerson({ socket, lookup, deviceLists }: KnownAddresses, jid: string): Promise<Person> {
  const person = await forgetDevices({ socket, deviceLists }, jid);
  if (person.number !== null) lookup.forget(person.number);
  return person;
}

/** The devices of the person with this JID, or of the account itself, are others now: they are asked for before the next message. */
export async function forgetDevices(
  { socket: { authState }, deviceLists }: Pick<KnownAddresses, 'socket' | 'deviceLists'>,
  jid: string,
): Promise<Person> {
  const { creds, keys } = authState;
  const own = [creds.me?.id, creds.me?.lid].map((each) => withoutDevice(each ?? ''));
  const [person = NOBODY] = own.includes(jid) ? [namesIn(own)] : await peopleOf(keys, [[jid]]);
  for (const each of [person.number === null ? null : jidOfNumber(person.number), person.lid])
    if (each !== null) deviceLists.del(jidDecode(each)?.user ?? '');
  return person;
}
