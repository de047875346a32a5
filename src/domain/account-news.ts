import { type Person } from './person.ts';

/** What changed in a chat. */
export type ChatNews =
  | 'archived'
  | 'unarchived'
  | 'pinned'
  | 'unpinned'
  | 'muted'
  | 'unmuted'
  | 'unread'
  | 'read'
  | 'deleted'
  | 'message_starred'
  | 'message_unstarred'
  | 'message_deleted';

/** How somebody is shown. */
export type ShownPresence = 'available' | 'unavailable' | 'composing' | 'recording';

/** What WhatsApp tells of chats and people besides messages. Everything in it is bounded. */
export type AccountNews =
  /** Emitted when the phone or another device changed a chat. */
  | {
      what: 'chat';
      chatId: string;
      person: Person;
      change: ChatNews;
      /** For `muted`: until when (Unix ms), or `always`. */
      mutedUntilMs: number | 'always' | null;
      messageId: string | null;
    }
  /** Emitted when somebody got another name in the address book, or changed their picture or text. */
  | { what: 'contact'; person: Person; change: 'name' | 'picture' | 'about'; value: string | null }
  /** Emitted when somebody came, went or types. `chatId` is the chat where it shows. */
  | { what: 'presence'; chatId: string; person: Person; presence: ShownPresence; lastSeenMs: number | null };
