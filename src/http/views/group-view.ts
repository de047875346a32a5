import { type z } from 'zod';
import { type Group, type ParticipantResult } from '../../domain/group.ts';
import { type Person } from '../../domain/person.ts';
import { isoTimeOrNull } from '../../kit/clock.ts';
import { type group, type participantResult } from '../schemas/chat-schemas.ts';

/** Converts a group to its REST form. */
export function groupView({ groupId, owner, createdAtMs, participants, ...rest }: Group): z.infer<typeof group> {
  const { subject, description, size, announce } = rest;
  return {
    group_id: groupId,
    subject,
    description,
    owner: owner && personView(owner),
    created_at: isoTimeOrNull(createdAtMs),
    size,
    announce,
    participants: participants.map(({ role, ...person }) => ({ ...personView(person), role })),
  };
}

/** Converts the result for one participant of a group change to its REST form. */
export function participantResultView(result: ParticipantResult): z.infer<typeof participantResult> {
  const { done, reason, code, ...person } = result;
  return { ...personView(person), done, reason, code };
}

function personView({ number, lid }: Person): { number: string | null; lid: string | null } {
  return { number, lid };
}
