import type { PhoneNumber, Recipient } from '../domain/address.ts';
import type { RingingCall } from '../domain/call.ts';
import type { Availability, MarkedRead, PastReference, TypingState } from '../domain/chat.ts';
import type { ContactCheck } from '../domain/person.ts';
import type { ChannelActions } from './channel-actions.ts';
import type { GroupActions } from './group-actions.ts';
import type { ChatStateActions, PeopleActions, ProfileActions } from './account-actions.ts';

/** What a connection can do besides sending messages. */
export interface ConnectionActions {
  readonly groups: GroupActions;
  readonly contacts: ContactActions;
  readonly chats: ChatActions;
  readonly calls: CallActions;
  readonly channels: ChannelActions;
  readonly chatStates: ChatStateActions;
  readonly people: PeopleActions;
  readonly profile: ProfileActions;
}

/** Other people. Every method may throw `session_not_connected`, `whatsapp_timeout` and `rate_limited`. */
export interface ContactActions {
  /** Whether a number has an account; known answers are not asked for again. */
  check(number: PhoneNumber): Promise<ContactCheck>;
  /**
   * The URL of the profile picture of a person or a group at WhatsApp, valid for a while.
   * @throws AppError `picture_not_found` when there is none, or it is not shown to this account; `number_not_on_whatsapp`
   */
  picture(of: Recipient): Promise<string>;
}

/** Conversations. Every method may throw `session_not_connected`, `whatsapp_timeout` and `rate_limited`. */
export interface ChatActions {
  /**
   * Sends read receipts, as far as the account's privacy settings allow it. Messages are known for two weeks; our own
   * count as unknown.
   * @throws AppError `message_not_found` when none is known
   */
  markRead(messageIds: readonly string[]): Promise<MarkedRead>;
  /** Shows the account as online until it is taken back or the connection is lost; the phone stays silent meanwhile. */
  show(availability: Availability): Promise<void>;
  /**
   * Shows in one conversation that the account is typing or recording, for at most 25 s. Meanwhile it is online.
   * @throws AppError `number_not_on_whatsapp`
   */
  type(to: Recipient, state: TypingState): Promise<void>;
  /**
   * Asks the account's phone for messages of a conversation that were sent before this one. Nobody says whether it will answer.
   * @throws AppError `number_not_on_whatsapp`
   */
  askForOlder(chat: Recipient, oldest: PastReference, count: number): Promise<void>;
}

/** One-to-one calls. */
export interface CallActions {
  /** Those that ring now, the oldest first. */
  ringing(): RingingCall[];
  /**
   * Rejects a call on all devices of the account; it is reported like one that nobody answered.
   * @throws AppError `call_not_found` when it does not ring, `session_not_connected`, `whatsapp_timeout`
   */
  reject(callId: string): Promise<void>;
}
