import type {
  About,
  BusinessProfile,
  ContactEntry,
  NumberAnswer,
  OwnProfile,
  PrivacyChange,
  PrivacySettings,
} from '../domain/account.ts';
import type { PhoneNumber, Recipient } from '../domain/address.ts';
import type { ChatChange } from '../domain/chat-state.ts';
import type { Label, LabeledItem } from '../domain/label.ts';
import type { OutgoingFile } from '../domain/outgoing.ts';
import type { Person } from '../domain/person.ts';

/**
 * What the phone and all linked devices share about chats. Every method may throw `session_not_connected`, `whatsapp_timeout`,
 * `rate_limited`, `whatsapp_refused` and, while the phone has not sent its keys, `app_state_not_ready`; those about a chat also
 * `number_not_on_whatsapp` and those about a message `message_not_found`.
 */
export interface ChatStateActions {
  /**
   * Archives, pins, mutes or marks a chat, one after the other. A failure leaves the changes before it in place.
   * @throws AppError `group_not_found`
   */
  change(chat: Recipient, change: ChatChange): Promise<void>;
  /** Removes everything in a chat up to now on the account's own devices; the chat stays. */
  clear(chat: Recipient): Promise<void>;
  /** Removes a chat with everything in it up to now from the account's own devices. */
  delete(chat: Recipient): Promise<void>;
  /** Stars a message on the account's own devices, or no longer. */
  star(messageId: string, starred: boolean): Promise<void>;
  /** Removes a message, and its file if `withFile`, from the account's own devices; others keep it. */
  deleteForMe(messageId: string, withFile: boolean): Promise<void>;
  /** Creates a label of WhatsApp Business, or gives it another name and color. */
  editLabel(label: Label): Promise<void>;
  deleteLabel(label: Label): Promise<void>;
  /** Puts a label on a chat, or takes it off. Returns how the devices name the chat. */
  labelChat(labelId: string, chat: Recipient, isOn: boolean): Promise<LabeledItem>;
  /** Puts a label on a message, or takes it off. */
  labelMessage(labelId: string, messageId: string, isOn: boolean): Promise<LabeledItem>;
}

/**
 * People, as the account knows and treats them. Every method may throw `session_not_connected`, `whatsapp_timeout`, `rate_limited`,
 * `whatsapp_refused` and `number_not_on_whatsapp`.
 */
export interface PeopleActions {
  /**
   * Whether these numbers have accounts, one answer for each, in their order. Known answers are not asked for again, and no more
   * unknown numbers than the session may look up now.
   */
  checkAll(numbers: readonly PhoneNumber[]): Promise<NumberAnswer[]>;
  /** The number and the LID of each person as far as WhatsApp has revealed them; it is not asked. */
  resolve(people: readonly Recipient[]): Promise<Person[]>;
  about(of: Recipient): Promise<About>;
  /** @throws AppError `business_profile_not_found` */
  business(of: Recipient): Promise<BusinessProfile>;
  /** Gives somebody a name in the address book of the account's devices. @throws AppError `app_state_not_ready` */
  save(who: Recipient, entry: ContactEntry): Promise<Person>;
  /** Takes somebody out of that address book. @throws AppError `app_state_not_ready` */
  remove(who: Recipient): Promise<Person>;
  blocked(): Promise<Person[]>;
  block(who: Recipient): Promise<Person>;
  unblock(who: Recipient): Promise<Person>;
  /** Has WhatsApp tell when somebody comes and goes, until the connection ends. */
  subscribe(to: Recipient): Promise<void>;
}

/** The account itself. Every method may throw `session_not_connected`, `whatsapp_timeout`, `rate_limited` and `whatsapp_refused`. */
export interface ProfileActions {
  view(): Promise<OwnProfile>;
  /** @throws AppError `app_state_not_ready` */
  rename(name: string): Promise<void>;
  /** Changes the text about the account; an empty one removes it. */
  setAbout(text: string): Promise<void>;
  /** Changes the picture to this image, cut to a square. @throws AppError `unsupported_media`, `file_too_large` */
  setPicture(file: OutgoingFile): Promise<void>;
  removePicture(): Promise<void>;
  privacy(): Promise<PrivacySettings>;
  setPrivacy(change: PrivacyChange): Promise<PrivacySettings>;
}
