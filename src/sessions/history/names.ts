import { numberVariants, type PhoneNumber, type Recipient, jidOfNumber } from '../../domain/address.ts';
import type { Person } from '../../domain/person.ts';

/** Finds the number and the LID behind a JID, as far as WhatsApp has revealed them. It is not asked. */
export type FindPerson = (jid: string) => Promise<Person>;

/** Every name of a person: numbers, in all variants that WhatsApp may know, and the LID. None for a group. */
export async function namesOf(who: Recipient, find: FindPerson): Promise<string[]> {
  const jids = jidsOf(who).filter((jid) => !jid.endsWith('@g.us'));
  const people = await Promise.all(jids.map(find));
  const names = people.flatMap(({ number, lid }) => [number, lid]).filter((name) => name !== null);
  return [...new Set<string>(names)];
}

/** The conversations that this may mean, the likeliest first. */
export async function chatIdsOf(chat: Recipient, find: FindPerson): Promise<string[]> {
  const names = await namesOf(chat, find);
  const jids = names.map((name) => (name.includes('@') ? name : jidOfNumber(name)));
  return [...new Set([...jidsOf(chat), ...jids])];
}

function jidsOf(who: Recipient): string[] {
  return who.kind === 'jid' ? [who.jid] : numberVariants(who.number).map((number: PhoneNumber) => jidOfNumber(number));
}
