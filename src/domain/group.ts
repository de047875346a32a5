import { type Person } from './person.ts';

/** What somebody may do in a group; the one who made it is `superadmin`. */
type GroupRole = 'member' | 'admin' | 'superadmin';

/** Somebody in a group. */
interface GroupParticipant extends Person {
  role: GroupRole;
}

/** A group that the account is in, as WhatsApp has it. */
export interface Group {
  /** `…@g.us`. */
  group_id: string;
  subject: string;
  description: string | null;
  owner: Person | null;
  /** ISO 8601. */
  created_at: string | null;
  /** How many people are in it. */
  size: number;
  /** Whether only its admins may write. */
  announce: boolean;
  participants: GroupParticipant[];
}

/** What can be done to people in a group. */
export type ParticipantAction = 'add' | 'remove' | 'promote' | 'demote';

/** Why somebody could not be added to a group, removed from it, or given another role. */
export type ParticipantRefusal =
  | ('not_on_whatsapp' | 'not_in_group' | 'already_in_group' | 'left_recently' | 'needs_invitation' | 'group_full')
  | ('not_allowed' | 'refused');

/** What became of one of the people whom a change of a group concerned. */
export interface ParticipantResult extends Person {
  done: boolean;
  /** `null` when it was done. */
  reason: ParticipantRefusal | null;
  /** WhatsApp's own code for the refusal, where it gave one. */
  code: string | null;
}

/** A new group, and what became of those who were to be in it. */
export interface NewGroup {
  group: Group;
  results: ParticipantResult[];
}

/** What of a group is to be changed; what is left out stays as it is. */
export interface GroupUpdate {
  subject?: string | undefined;
  /** `null` removes it. */
  description?: string | null | undefined;
}
