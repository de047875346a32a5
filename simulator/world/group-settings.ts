import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';

/** Who may add members. */
export type MemberAddMode = 'admin_add' | 'all_member_add';

/** What WhatsApp itself does to a group: nobody can write to it, or nobody can be added. */
export type GroupRestriction = 'suspended' | 'growth_locked';

/** Somebody's wish to become a member. */
export interface JoinRequest {
  /** How the person asked; somebody else's proposal is `non_admin_add`. */
  readonly method: 'invite_link' | 'non_admin_add';
  /** Seconds since the Unix epoch. */
  readonly t: number;
}

/** What is decided for a group besides its subject, description and members. `group-settings-desk.ts` changes it. */
export class GroupSettings {
  /** Whether only admins may change the subject and the description. */
  locked = false;
  /** Whether only admins may write. */
  announcement = false;
  memberAddMode: MemberAddMode = 'admin_add';
  /** Whether admins decide about whoever follows the invite link. */
  needsApproval = false;
  /** Who waits for that decision, the first one first. */
  readonly requests = new Map<Account, JoinRequest>();
  readonly restrictions = new Set<GroupRestriction>();
  /** Whether it is a community, which has groups. */
  isCommunity = false;
  /** Whether admins decide, by default, about those who want to join a group that is created in this community. */
  communityApproval = false;
  /** The JID of the community to which the group belongs. */
  community: string | undefined;
  /** Whether it is the community's group for announcements. */
  isAnnouncements = false;
  /** How many members there can be. */
  limit = 1_024;

  #parent(): Stanza {
    return node('parent', this.communityApproval ? { default_membership_approval_mode: 'request_required' } : {});
  }

  /** How they stand in the description of the group. */
  stanzas(): Stanza[] {
    const on = (tag: string, is: boolean): Stanza[] => (is ? [node(tag)] : []);
    return [
      ...(this.isCommunity ? [this.#parent()] : []),
      ...(this.community === undefined ? [] : [node('linked_parent', { jid: this.community })]),
      ...on('default_sub_group', this.isAnnouncements),
      ...on('locked', this.locked),
      ...on('announcement', this.announcement),
      node('member_add_mode', {}, Buffer.from(this.memberAddMode)),
      ...(this.needsApproval ? [approvalMode(true)] : []),
      ...[...this.restrictions].map((tag) => node(tag)),
    ];
  }
}

/** Says whether admins decide about whoever follows the invite link. */
export function approvalMode(is: boolean): Stanza {
  return node('membership_approval_mode', {}, [node('group_join', { state: is ? 'on' : 'off' })]);
}
