import type { Recipient } from '../domain/address.ts';
import type {
  Community,
  Group,
  GroupFacts,
  GroupUpdate,
  JoinDecision,
  Joining,
  JoinRequest,
  NewCommunity,
  NewGroup,
  ParticipantAction,
  ParticipantResult,
} from '../domain/group.ts';
import type { OutgoingFile } from '../domain/outgoing.ts';

/**
 * The groups of an account. Every method may throw `session_not_connected`, `whatsapp_timeout`, `rate_limited` and
 * `whatsapp_refused`; those about one group also `group_not_found`, and those that change it `not_allowed`.
 */
export interface GroupActions {
  readonly invites: InviteActions;
  readonly joinRequests: JoinRequestActions;
  readonly communities: CommunityActions;
  /** All groups that the account is in. */
  list(): Promise<Group[]>;
  /** One group; the answer is at most a minute old. */
  view(groupId: string): Promise<Group>;
  /**
   * Creates a group with the account and everybody who can be added, if you want within a community.
   * @throws AppError `number_not_on_whatsapp` when none of them has an account
   */
  create(subject: string, participants: readonly Recipient[], communityId?: string): Promise<NewGroup>;
  /** Adds, removes, promotes or demotes participants; one result for each, in their order. */
  change(groupId: string, action: ParticipantAction, participants: readonly Recipient[]): Promise<ParticipantResult[]>;
  /**
   * Changes what `update` names, in the order of its declaration, and returns the group as it is then. When WhatsApp refuses a change,
   * those before it stay.
   */
  update(groupId: string, update: GroupUpdate): Promise<Group>;
  /**
   * Makes an image the group's picture.
   * @throws AppError `unsupported_media`, `file_too_large`
   */
  setPicture(groupId: string, file: OutgoingFile): Promise<void>;
  removePicture(groupId: string): Promise<void>;
  /** Leaves the group. */
  leave(groupId: string): Promise<void>;
}

/** Invite links (`https://chat.whatsapp.com/…`); a code is what they end with. */
export interface InviteActions {
  /** The code of a group's link. */
  code(groupId: string): Promise<string>;
  /** Revokes the link; returns the code of the new one. */
  revoke(groupId: string): Promise<string>;
  /**
   * The group to which a link leads.
   * @throws AppError `invite_not_valid`
   */
  view(code: string): Promise<GroupFacts>;
  /**
   * Follows a link.
   * @throws AppError `invite_not_valid`, `group_full`
   */
  join(code: string): Promise<Joining>;
}

/** Those who want to join a group whose admins decide about it. */
export interface JoinRequestActions {
  /** Who waits. */
  list(groupId: string): Promise<JoinRequest[]>;
  /** Admits or rejects people who wait; one result for each, in their order. */
  decide(groupId: string, decision: JoinDecision, people: readonly Recipient[]): Promise<ParticipantResult[]>;
}

/** The groups of communities. */
export interface CommunityActions {
  /** Creates a community; WhatsApp creates its group for announcements. */
  create(community: NewCommunity): Promise<Group>;
  /** The groups of a community, given by itself or by one of its groups. */
  groupsOf(groupId: string): Promise<Community>;
  /** Makes a group part of a community. */
  link(communityId: string, groupId: string): Promise<void>;
  /** Takes a group out of its community. */
  unlink(communityId: string, groupId: string): Promise<void>;
}
