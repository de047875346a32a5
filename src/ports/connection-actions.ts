import { type PhoneNumber, type Recipient } from '../domain/address.ts';

/** What a line can be asked, and told, beside sending messages. */
export interface LineActions {
  readonly groups: GroupActions;
  readonly contacts: ContactActions;
  readonly chats: ChatActions;
}

/** Somebody as WhatsApp names people: by number, by LID, or by both. At least one of them is known. */
export interface Person {
  /** Digits with country code; `null` when WhatsApp gave only a LID. */
  number: PhoneNumber | null;
  /** `…@lid`; `null` when WhatsApp gave only a number. */
  lid: string | null;
}

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

/** What WhatsApp says of a number. */
export type ContactCheck = { exists: false } | ({ exists: true } & Account);

/** An account of WhatsApp. */
export interface Account {
  /** As WhatsApp has it, which for some countries is not how people write it. */
  number: PhoneNumber;
  /** `…@s.whatsapp.net`. */
  jid: string;
  lid: string | null;
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

/** Whether the account is shown as online. */
export type Availability = 'available' | 'unavailable';

/** What the account is shown to do in one conversation. */
export type TypingState = 'composing' | 'recording' | 'paused';

/** Which messages were marked as read, and which are not known. */
export interface MarkedRead {
  read: string[];
  unknown: string[];
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
