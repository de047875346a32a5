import { type PhoneNumber, type Recipient } from '../domain/address.ts';
import { type Availability, type MarkedRead, type TypingState } from '../domain/chat.ts';
import {
  type Group,
  type GroupUpdate,
  type NewGroup,
  type ParticipantAction,
  type ParticipantResult,
} from '../domain/group.ts';
import { type ContactCheck } from '../domain/person.ts';

/** What a line can be asked, and told, beside sending messages. */
export interface ConnectionActions {
  readonly groups: GroupActions;
  readonly contacts: ContactActions;
  readonly chats: ChatActions;
}

/**
 * The groups of an account. All may refuse with `session_not_connected`, `whatsapp_timeout`, `rate_limited`,
 * `whatsapp_refused`; what concerns one group also with `group_not_found`, and a change of it with `not_allowed`.
 */
export interface GroupActions {
  /** All groups that the account is in. */
  list(): Promise<Group[]>;
  /** One of them, as it was at most a minute ago. */
  view(groupId: string): Promise<Group>;
  /**
   * Makes a group of the account and those who can be added.
   * @throws AppError `number_not_on_whatsapp` when none of them has an account
   */
  create(subject: string, participants: readonly Recipient[]): Promise<NewGroup>;
  /** Does something to people in a group, as far as WhatsApp does it to each; one result for each, in their order. */
  change(groupId: string, action: ParticipantAction, participants: readonly Recipient[]): Promise<ParticipantResult[]>;
  /** Changes what a group is called or is about; the group as it is then. */
  update(groupId: string, update: GroupUpdate): Promise<Group>;
  /** What the group's link (`https://chat.whatsapp.com/…`) ends with. */
  invite(groupId: string): Promise<string>;
  /** Makes the link invalid; what the new one ends with. */
  revokeInvite(groupId: string): Promise<string>;
  /** Has the account be in the group no more. */
  leave(groupId: string): Promise<void>;
}

/** Other people. All may refuse with `session_not_connected`, `whatsapp_timeout`, `rate_limited`. */
export interface ContactActions {
  /** Whether a number has an account; what is known already is not asked again. */
  check(number: PhoneNumber): Promise<ContactCheck>;
  /**
   * Where the profile picture of a person or a group is, at WhatsApp and for a while.
   * @throws AppError `picture_not_found` when there is none, or it is not shown to this account; `number_not_on_whatsapp`
   */
  picture(of: Recipient): Promise<string>;
}

/** Conversations. All may refuse with `session_not_connected`, `whatsapp_timeout`, `rate_limited`. */
export interface ChatActions {
  /**
   * Tells the senders that their messages were read, where the account's privacy lets them know. Known are those that
   * were received within two weeks; our own count as unknown.
   * @throws AppError `message_not_found` when none is known
   */
  markRead(messageIds: readonly string[]): Promise<MarkedRead>;
  /** Shows the account as online until it is taken back or the line is lost; the phone is silent meanwhile. */
  show(availability: Availability): Promise<void>;
  /**
   * Shows in one conversation that the account types or records, for 25 s, or no longer. Meanwhile it is online.
   * @throws AppError `number_not_on_whatsapp`
   */
  type(to: Recipient, state: TypingState): Promise<void>;
}
