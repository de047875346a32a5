import { jidOfNumber } from '../../domain/address.ts';
import type { GroupMetadata, GroupParticipant, LIDMapping, SignalKeyStore } from '@whiskeysockets/baileys';
import type { Group, GroupFacts } from '../../domain/group.ts';
import { isGroup } from '../addressing/jid.ts';
import { type Addresses, namesIn, peopleOf } from '../addressing/people.ts';
import { isTimer } from '../messages/chat-timer.ts';

/** The last moment that a date can be. */
const LAST_SECOND = 8.64e12;
const LONGEST_USERNAME = 256;

/** Reads a Baileys group into our own types, with number and LID of each person as far as WhatsApp revealed them. */
export async function readGroup(metadata: GroupMetadata, keys: SignalKeyStore): Promise<Group> {
  const { participants } = metadata;
  const [facts, people] = await Promise.all([readFacts(metadata, keys), peopleOf(keys, participants.map(addressesOf))]);
  return { ...facts, participants: people.map((person, index) => ({ ...person, ...memberOf(participants[index]) })) };
}

/** Reads a Baileys group without its participants. */
export async function readFacts(metadata: GroupMetadata, keys: SignalKeyStore): Promise<GroupFacts> {
  const { id, subject, desc, creation, participants, size } = metadata;
  const [owner] = await peopleOf(keys, [ownerOf(metadata)]);
  return {
    groupId: id,
    subject: textOf(subject),
    description: desc ?? null,
    owner: owner && (owner.number ?? owner.lid) !== null ? owner : null,
    createdAtMs: timeOf(creation),
    size: size !== undefined && Number.isSafeInteger(size) && size >= 0 ? size : participants.length,
    ...settingsOf(metadata),
  };
}

/** What is decided for a group. */
function settingsOf(metadata: GroupMetadata) {
  const { announce, restrict, memberAddMode, joinApprovalMode, ephemeralDuration, isCommunity, linkedParent } =
    metadata;
  return {
    announce: announce === true,
    locked: restrict === true,
    memberAdd: memberAddMode === true ? ('everybody' as const) : ('admins' as const),
    joinApproval: joinApprovalMode === true,
    disappearingSeconds: isTimer(ephemeralDuration) ? ephemeralDuration : 0,
    isCommunity: isCommunity === true,
    communityId: linkedParent !== undefined && isGroup(linkedParent) ? linkedParent : null,
  };
}

/** The attribute, which an answer may lack. */
function textOf(attribute: string | undefined): string {
  return attribute ?? '';
}

/** Unix ms, where it is a time at all. */
function timeOf(seconds: number | undefined): number | null {
  return seconds && seconds > 0 && seconds <= LAST_SECOND ? seconds * 1000 : null;
}

/** What is told of a participant besides the addresses. Baileys passes on whatever type WhatsApp names. */
function memberOf(participant: GroupParticipant | undefined): Pick<Group['participants'][number], 'role' | 'username'> {
  const { admin: type, username } = participant ?? {};
  const role = type === 'admin' || type === 'superadmin' ? type : 'member';
  return { role, username: username?.slice(0, LONGEST_USERNAME).toWellFormed() ?? null };
}

/** The LIDs that a group reveals with their numbers; Baileys does not store them by itself. */
export function lidsIn({ participants }: GroupMetadata): LIDMapping[] {
  return participants.flatMap((participant) => {
    const { number, lid } = namesIn(addressesOf(participant));
    return number !== null && lid !== null ? [{ lid, pn: jidOfNumber(number) }] : [];
  });
}

/** The addresses under which WhatsApp names a participant. */
export function addressesOf({ id, phoneNumber, lid }: GroupParticipant): Addresses {
  return [id, phoneNumber, lid];
}

/** Usually the owner is a participant too, with both addresses. */
function ownerOf({ owner, ownerPn, participants }: GroupMetadata): Addresses {
  const member = participants.find((participant) => owner !== undefined && addressesOf(participant).includes(owner));
  return [owner, ownerPn, ...(member ? addressesOf(member) : [])];
}
