import { jidDecode } from '@whiskeysockets/baileys';
import { type Person } from '../../domain/person.ts';
import { type BaileysCache } from '../baileys/baileys-cache.ts';
import { forgetLid, type MappingSocket } from '../baileys/lid-mappings.ts';
import { jidOfNumber } from './jid.ts';
import { type NumberSocket } from './number-query.ts';
import { peopleOf } from './people.ts';
import { type RecipientLookup } from './recipient-lookup.ts';
import { type WireAddresses } from './wire-address.ts';

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
  const [person = { number: null, lid: null }] = await peopleOf(socket.authState.keys, [[jid]]);
  const { number, lid } = person;
  if (number !== null) lookup.forget(number);
  for (const each of [number === null ? null : jidOfNumber(number), lid])
    if (each !== null) deviceLists.del(jidDecode(each)?.user ?? '');
  return person;
}
