import { type Person } from './person.ts';

/** A participant's role in a group; its creator is `superadmin`. */
type GroupRole = 'member' | 'admin' | 'superadmin';

/** A participant of a group. */
interface GroupParticipant extends Person {
  role: GroupRole;
}

/** A group of the account, as WhatsApp knows it. */
export interface Group {
  /** `…@g.us`. */
  groupId: string;
  subject: string;
  description: string | null;
  owner: Person | null;
  /** Unix ms. */
  createdAtMs: number | null;
  /** The number of participants. */
  size: number;
  /** Whether only admins may send messages. */
  announce: boolean;
  participants: GroupParticipant[];
}

/** A change to participants of a group. */
export type ParticipantAction = 'add' | 'remove' | 'promote' | 'demote';

/** Why a participant could not be added, removed, promoted or demoted. */
export type ParticipantRefusal =
  | ('not_on_whatsapp' | 'not_in_group' | 'already_in_group' | 'left_recently' | 'needs_invitation' | 'group_full')
  | ('not_allowed' | 'refused');

/** The result of a change for one participant. */
export interface ParticipantResult extends Person {
  done: boolean;
  /** `null` on success. */
  reason: ParticipantRefusal | null;
  /** WhatsApp's own error code, if it sent one. */
  code: string | null;
}

/** A new group, and the results for the people who were to be added. */
export interface NewGroup {
  group: Group;
  results: ParticipantResult[];
}

/** A change to a group; omitted fields stay unchanged. */
export interface GroupUpdate {
  subject?: string | undefined;
  /** `null` removes it. */
  description?: string | null | undefined;
}
