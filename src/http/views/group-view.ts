import type { z } from 'zod';
import type {
  Group,
  GroupFacts,
  GroupUpdate,
  JoinRequest,
  LinkedGroup,
  ParticipantResult,
} from '../../domain/group.ts';
import type { Person } from '../../domain/person.ts';
import { isoTimeOrNull } from '../../kit/clock.ts';
import type {
  group,
  groupChanges,
  invitedGroup,
  joinRequest,
  linkedGroup,
  participantResult,
} from '../schemas/group-schemas.ts';

/** Converts a group to its REST form. */
export function groupView({ participants, ...facts }: Group): z.infer<typeof group> {
  return {
    ...groupFactsView(facts),
    participants: participants.map(({ role, username, ...person }) => ({ ...personView(person), role, username })),
  };
}

/** Converts what is known of a group before one joins it to its REST form. */
export function groupFactsView(facts: GroupFacts): z.infer<typeof invitedGroup> {
  const { subject, description, size, announce, locked, owner } = facts;
  return {
    group_id: facts.groupId,
    subject,
    description,
    owner: owner && personView(owner),
    created_at: isoTimeOrNull(facts.createdAtMs),
    size,
    announce,
    locked,
    member_add: facts.memberAdd,
    join_approval: facts.joinApproval,
    disappearing_seconds: facts.disappearingSeconds,
    is_community: facts.isCommunity,
    community_id: facts.communityId,
  };
}

/** Reads the changes of a group from their REST form. */
export function groupUpdateOf(changes: z.infer<typeof groupChanges>): GroupUpdate {
  const { subject, description, announce, locked } = changes;
  const { member_add: memberAdd, join_approval: joinApproval, disappearing_seconds: disappearingSeconds } = changes;
  return { subject, description, announce, locked, memberAdd, joinApproval, disappearingSeconds };
}

/** Converts the result for one participant of a group change to its REST form. */
export function participantResultView(result: ParticipantResult): z.infer<typeof participantResult> {
  const { done, reason, code, ...person } = result;
  return { ...personView(person), done, reason, code };
}

/** Converts somebody's wish to join to its REST form. */
export function joinRequestView({ method, requestedAtMs, ...person }: JoinRequest): z.infer<typeof joinRequest> {
  return { ...personView(person), method, requested_at: isoTimeOrNull(requestedAtMs) };
}

/** Converts a group of a community to its REST form. */
export function linkedGroupView({ groupId, subject, isAnnouncements, size }: LinkedGroup): z.infer<typeof linkedGroup> {
  return { group_id: groupId, subject, is_announcements: isAnnouncements, size };
}

function personView({ number, lid }: Person): { number: string | null; lid: string | null } {
  return { number, lid };
}
