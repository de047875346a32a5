import { type GroupMetadata, type GroupParticipant as Participant, type SignalKeyStore } from '@whiskeysockets/baileys';
import { type Group, type GroupRole } from '../../domain/chat-ports.ts';
import { isoTimeOrNull } from '../../kit/clock.ts';
import { type Addresses, peopleOf } from '../people.ts';

/** A group of Baileys in our words, with both names of everybody, as far as WhatsApp ever told them. */
export async function readGroup(metadata: GroupMetadata, keys: SignalKeyStore): Promise<Group> {
  const { id, subject, desc, owner, ownerPn, creation, participants, announce, size } = metadata;
  const [maker, ...people] = await peopleOf(keys, [[owner, ownerPn], ...participants.map(addressesOf)]);
  return {
    group_id: id,
    subject,
    description: desc ?? null,
    owner: maker && (maker.number ?? maker.lid) !== null ? maker : null,
    created_at: isoTimeOrNull(creation ? creation * 1000 : null),
    size: size ?? participants.length,
    announce: announce === true,
    participants: people.map((person, index) => ({ ...person, role: roleOf(participants[index]?.admin) })),
  };
}

/** The addresses under which WhatsApp names somebody in a group. */
export function addressesOf({ id, phoneNumber, lid }: Participant): Addresses {
  return [id, phoneNumber, lid];
}

function roleOf(admin: Participant['admin']): GroupRole {
  return admin ?? 'member';
}
