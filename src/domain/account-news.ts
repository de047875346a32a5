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

/** What the body of a `chat-update` tells. */
export interface ChatUpdateBody extends Person {
  /** A JID. */
  chat_id: string;
  change: ChatNews;
  /** ISO 8601, or `always`; only for `muted`. */
  muted_until: string | null;
  message_id: string | null;
}

/** What the body of a `contact-update` tells. */
export interface ContactUpdateBody extends Person {
  change: 'name' | 'picture' | 'about';
  /** The name or the text; for a picture, `changed` or `removed`. */
  value: string | null;
}

/** What the body of a `presence` tells. */
export interface PresenceBody extends Person {
  /** The JID of the person or, for typing, of the chat. */
  chat_id: string;
  presence: ShownPresence;
  /** ISO 8601. */
  last_seen: string | null;
}
