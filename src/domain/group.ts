import type { Person } from './person.ts';

/** A participant's role in a group; its creator is `superadmin`. */
type GroupRole = 'member' | 'admin' | 'superadmin';

/** A participant of a group. */
interface GroupParticipant extends Person {
  role: GroupRole;
  /** The one that they chose, as far as WhatsApp tells it with the group. */
  username: string | null;
}

/** Who may add members to a group. */
export type MemberAdders = 'admins' | 'everybody';

/** What is known of a group even before one joins it. */
export interface GroupFacts {
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
  /** Whether only admins may change the subject, the description and the picture. */
  locked: boolean;
  memberAdd: MemberAdders;
  /** Whether admins decide about everybody who follows the invite link. */
  joinApproval: boolean;
  /** After how many seconds messages disappear; 0 is never. */
  disappearingSeconds: number;
  isCommunity: boolean;
  /** The community to which the group belongs. */
  communityId: string | null;
}

/** A group of the account, as WhatsApp knows it. */
export interface Group extends GroupFacts {
  participants: GroupParticipant[];
}

/** A change to participants of a group. */
export type ParticipantAction = 'add' | 'remove' | 'promote' | 'demote';

/** An admin's decision about somebody who wants to join. */
export type JoinDecision = 'approve' | 'reject';

/** Why a participant could not be added, removed, promoted, demoted, admitted or rejected. */
export type ParticipantRefusal =
  | ('not_on_whatsapp' | 'not_in_group' | 'already_in_group' | 'left_recently' | 'needs_invitation' | 'group_full')
  | ('no_request' | 'not_allowed' | 'refused');

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
  announce?: boolean | undefined;
  locked?: boolean | undefined;
  memberAdd?: MemberAdders | undefined;
  joinApproval?: boolean | undefined;
  disappearingSeconds?: number | undefined;
}

/** What became of following an invite link. */
export interface Joining {
  groupId: string;
  /** `false` while an admin has to decide. */
  joined: boolean;
}

/** How somebody came to want to join: by the link, by another member's proposal, from the community, or in a way without a name here. */
export const JOIN_METHODS = ['invite_link', 'non_admin_add', 'linked_group_join', 'other'] as const;

/** One of {@link JOIN_METHODS}. */
export type JoinMethod = (typeof JOIN_METHODS)[number];

/** How somebody came to want to join, as far as it has a name here. */
export function joinMethodOf(method: string | undefined): JoinMethod {
  return JOIN_METHODS.find((known) => known === method) ?? 'other';
}

/** Somebody who waits for an admin's decision. */
export interface JoinRequest extends Person {
  method: JoinMethod;
  /** Unix ms. */
  requestedAtMs: number | null;
}

/** A community to create. */
export interface NewCommunity {
  subject: string;
  description: string | null;
  /** Whether admins decide about those who want to join groups that are created in it. */
  joinApproval: boolean;
}

/** A group of a community. */
export interface LinkedGroup {
  groupId: string;
  subject: string;
  /** Whether it is the one for announcements, which every community has. */
  isAnnouncements: boolean;
  size: number | null;
}

/** A community and its groups; `communityId` is `null` for a group that belongs to none. */
export interface Community {
  communityId: string | null;
  groups: LinkedGroup[];
}
