import type { SignalKeyStore } from '@whiskeysockets/baileys';
import type { Numbers, Person } from '../../domain/person.ts';
import { lidOf, numberOf } from './jid.ts';

/** The addresses that WhatsApp gave for one person. */
export type Addresses = readonly (string | null | undefined)[];

/** The number and the LID of each person, from the given addresses and from stored mappings, in one read. WhatsApp is not asked. */
export async function peopleOf(keys: Pick<SignalKeyStore, 'get'>, all: readonly Addresses[]): Promise<Person[]> {
  const people = all.map(namesIn);
  const wanted = people.flatMap(missingKey);
  const stored = wanted.length > 0 ? await keys.get('lid-mapping', wanted) : {};
  return people.map((person) => completed(person, stored));
}

/** The first number and the first LID among the addresses. */
export function namesIn(addresses: Addresses): Person {
  const first = <Found>(found: (Found | null)[]) => found.find((each) => each !== null) ?? null;
  return { number: first(addresses.map(numberOf)), lid: first(addresses.map(lidOf)) };
}

/** The key under which Baileys stores the missing half (`lid-mapping.js`). */
function missingKey({ number, lid }: Person): string[] {
  if (number === null && lid !== null) return [`${userOf(lid)}_reverse`];
  return lid === null && number !== null ? [number] : [];
}

function completed(person: Person, stored: Readonly<Record<string, string | undefined>>): Person {
  const [key] = missingKey(person);
  const user = key === undefined ? undefined : stored[key];
  if (user === undefined) return person;
  return person.number === null
    ? { ...person, number: numberOf(`${user}@s.whatsapp.net`) }
    : { ...person, lid: `${user}@lid` };
}

function userOf(jid: string): string {
  return jid.slice(0, jid.indexOf('@'));
}

/** The numbers of these LIDs, as far as they are stored. */
export async function numbersOf(keys: SignalKeyStore, lids: readonly string[]): Promise<Numbers> {
  const people = await peopleOf(
    keys,
    lids.map((lid) => [lid]),
  );
  return new Map(people.flatMap(({ number, lid }) => (number !== null && lid !== null ? [[lid, number]] : [])));
}
