import {
  type GroupMetadata,
  type GroupParticipant,
  type LIDMapping,
  type SignalKeyStore,
} from '@whiskeysockets/baileys';
import { type Group } from '../../domain/group.ts';
import { jidOfNumber } from '../addressing/jid.ts';
import { type Addresses, namesIn, peopleOf } from '../addressing/people.ts';

/** Reads a Baileys group into our own types, with number and LID of each person as far as WhatsApp revealed them. */
export async function readGroup(metadata: GroupMetadata, keys: SignalKeyStore): Promise<Group> {
  const { id, subject, desc, creation, participants, announce, size } = metadata;
  const [owner, ...people] = await peopleOf(keys, [ownerOf(metadata), ...participants.map(addressesOf)]);
  return {
    groupId: id,
    subject,
    description: desc ?? null,
    owner: owner && (owner.number ?? owner.lid) !== null ? owner : null,
    createdAtMs: creation ? creation * 1000 : null,
    size: size ?? participants.length,
    announce: announce === true,
    participants: people.map((person, index) => ({ ...person, role: participants[index]?.admin ?? 'member' })),
  };
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
