import type { BinaryNode, GroupMetadata, SignalKeyStore } from '@whiskeysockets/baileys';
import { numberVariants, type Recipient } from '../../domain/address.ts';
import type { JoinDecision, ParticipantAction, ParticipantRefusal, ParticipantResult } from '../../domain/group.ts';
import type { Person } from '../../domain/person.ts';
import { lidOf } from '../addressing/jid.ts';
import type { NumberSocket } from '../addressing/number-query.ts';
import { peopleOf } from '../addressing/people.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import { addressesOf } from './read-group.ts';

/** A person whom a change concerns: `jid` is the address that WhatsApp gets, `reason` says why there is none. */
export type Target = Person & ({ jid: string } | { reason: ParticipantRefusal });

/** The outcome of a change for one person: the addresses that name the person, and WhatsApp's code when it refused. */
export interface Outcome {
  addresses: readonly (string | undefined)[];
  error: string | undefined;
}

/** Resolves the accounts of people who are to be added to a group, all in one query. */
export async function newcomers(
  { lookup, socket, keys }: { lookup: RecipientLookup; socket: NumberSocket; keys: SignalKeyStore },
  people: readonly Recipient[],
): Promise<Target[]> {
  const numbers = people.flatMap((person) => (person.kind === 'number' ? [person.number] : []));
  const accounts = new Map((await lookup.accounts(socket, numbers)).map((account, index) => [numbers[index], account]));
  const named = await peopleOf(
    keys,
    people.map((person) => (person.kind === 'jid' ? [person.jid] : [])),
  );
  return people.map((person, index): Target => {
    if (person.kind === 'jid') return { number: named[index]?.number ?? null, lid: person.jid, jid: person.jid };
    const account = accounts.get(person.number);
    if (!account) return { number: person.number, lid: null, reason: 'not_on_whatsapp' };
    return { number: account.number, lid: account.lid, jid: account.jid };
  });
}

/** Resolves people in a group to the address that the group has for each. */
export async function members(
  { participants }: GroupMetadata,
  people: readonly Recipient[],
  keys: SignalKeyStore,
): Promise<Target[]> {
  const present = await peopleOf(keys, participants.map(addressesOf));
  return people.map((person): Target => {
    const index = present.findIndex((member) => isMeant(person, member));
    const [member, participant] = [present[index], participants[index]];
    if (!member || !participant) return { ...nameOf(person), reason: 'not_in_group' };
    return { ...member, jid: participant.id };
  });
}

/** Returns the results in the order in which the people were named. */
export function resultsOf(
  action: ParticipantAction | JoinDecision,
  targets: readonly Target[],
  outcomes: readonly Outcome[],
): ParticipantResult[] {
  return targets.map((target) => {
    const { number, lid } = target;
    if ('reason' in target) return { number, lid, done: false, reason: target.reason, code: null };
    const outcome = outcomes.find(({ addresses }) => addresses.includes(target.jid) || addresses.includes(lid ?? '-'));
    if (outcome && outcome.error === undefined) return { number, lid, done: true, reason: null, code: null };
    const code = outcome?.error ?? null;
    return { number, lid, done: false, reason: refusalOf(action, code), code };
  });
}

/** Reads the outcome for one participant. */
export function outcomeOf({ attrs }: BinaryNode): Outcome {
  return { addresses: [attrs.jid, attrs.phone_number, attrs.lid], error: attrs.error };
}

/** Whether this is the person. */
export function isMeant(person: Recipient, { number, lid }: Person): boolean {
  if (person.kind === 'jid') return person.jid === lid;
  return number !== null && numberVariants(person.number).includes(number);
}

/** What the caller's own words say of a person. */
export function nameOf(person: Recipient): Person {
  return person.kind === 'number' ? { number: person.number, lid: null } : { number: null, lid: lidOf(person.jid) };
}

/** Each JID once. */
export function jidsOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.flatMap((target) => ('jid' in target ? [target.jid] : [])))];
}

function refusalOf(action: ParticipantAction | JoinDecision, code: string | null): ParticipantRefusal {
  return REFUSALS[action][code ?? ''] ?? 'refused';
}

/** What WhatsApp's codes mean. */
type Meanings = Partial<Record<string, ParticipantRefusal>>;

const NOT_ADDED: Meanings = {
  // The person blocked the account.
  401: 'not_allowed',
  // The person's privacy settings let only contacts add them: the link can still be sent.
  403: 'needs_invitation',
  404: 'not_on_whatsapp',
  408: 'left_recently',
  409: 'already_in_group',
  419: 'group_full',
};

const NOT_CHANGED: Meanings = {
  401: 'not_allowed',
  403: 'not_allowed',
  404: 'not_in_group',
  405: 'not_allowed',
};

const NOT_DECIDED: Meanings = {
  401: 'not_allowed',
  403: 'not_allowed',
  404: 'no_request',
  409: 'already_in_group',
  419: 'group_full',
};

const REFUSALS: Record<ParticipantAction | JoinDecision, Meanings> = {
  add: NOT_ADDED,
  remove: NOT_CHANGED,
  promote: NOT_CHANGED,
  demote: NOT_CHANGED,
  approve: NOT_DECIDED,
  reject: NOT_DECIDED,
};
