import type { JoinMethod, MemberAdders } from './group.ts';
import type { Person } from './person.ts';

/** What happened to members of a group. */
export type MembersAction = 'joined' | 'left' | 'added' | 'removed' | 'promoted' | 'demoted';

/** What became of somebody's wish to join; whoever is admitted is `added`. */
type JoinRequestAction = 'created' | 'revoked' | 'rejected';

/** What is new of a group; one of these fields, named as in REST. */
export interface GroupNews {
  subject?: string;
  /** `null` when it was removed. */
  description?: string | null;
  announce?: boolean;
  locked?: boolean;
  member_add?: MemberAdders;
  join_approval?: boolean;
  /** 0 is off. */
  disappearing_seconds?: number;
  picture?: 'set' | 'removed';
  invite_link?: 'revoked';
  /** The community of which it became a part; `null` when it is no longer part of one. */
  community_id?: string | null;
  /** It was deleted for everybody. */
  deleted?: true;
}

/** A change of a group, as WhatsApp announced it. */
export interface GroupChange {
  /** Who announces it again gives it the same id. */
  id: string;
  groupId: string;
  /** As far as it is known without asking. */
  groupName: string | null;
  /** Who did it; `null` when WhatsApp names nobody, as when somebody follows the invite link. */
  by: Person | null;
  atMs: number;
  /** Whether it had waited at WhatsApp. */
  offline: boolean;
  what:
    | {
        kind: 'group-participants';
        action: MembersAction;
        participants: Person[];
        includesMe: boolean;
      }
    | { kind: 'group-update'; changes: GroupNews }
    | {
        kind: 'group-join-request';
        action: JoinRequestAction;
        /** `null` where WhatsApp does not say it. */
        method: JoinMethod | null;
        participants: Person[];
      };
}

/** The fields that the events of groups have in common. */
export interface GroupEventFields {
  group_id: string;
  group_name: string | null;
  by: Person | null;
  offline: boolean;
}

/** Emitted when people come to a group or leave it, or become admins or no longer are. */
export interface GroupParticipantsFields extends GroupEventFields {
  action: MembersAction;
  participants: Person[];
  /** Whether the account itself is among them. */
  includes_me: boolean;
  /** Whether they had asked to join, as far as it is known. Added in December 2026: events stored earlier lack it. */
  by_request?: boolean | undefined;
}

/** Emitted when the subject, the description, the picture or a setting of a group changes. */
export interface GroupUpdateFields extends GroupEventFields {
  changes: GroupNews;
}

/** Emitted when somebody wants to join a group whose admins decide about it, or no longer wants to, or is rejected. */
export interface GroupJoinRequestFields extends GroupEventFields {
  action: JoinRequestAction;
  method: JoinMethod | null;
  participants: Person[];
}
