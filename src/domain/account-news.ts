import type { LabelNews } from './label.ts';
import type { Person } from './person.ts';

/** What may change in a chat. */
export const CHAT_NEWS = [
  ...([
    'archived',
    'unarchived',
    'pinned',
    'unpinned',
    'muted',
    'unmuted',
    'unread',
    'read',
    'cleared',
    'deleted',
  ] as const),
  ...(['message_starred', 'message_unstarred', 'message_deleted'] as const),
] as const;

/** What changed in a chat. */
export type ChatNews = (typeof CHAT_NEWS)[number];

/** How somebody may be shown. */
export const SHOWN_PRESENCES = ['available', 'unavailable', 'composing', 'recording'] as const;

/** How somebody is shown. */
export type ShownPresence = (typeof SHOWN_PRESENCES)[number];

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
  | {
      what: 'contact';
      person: Person;
      change: 'name' | 'picture' | 'about';
      value: string | null;
      username: string | null;
    }
  /** Emitted when somebody came, went or types. `chatId` is the chat where it shows. */
  | { what: 'presence'; chatId: string; person: Person; presence: ShownPresence; lastSeenMs: number | null }
  /** Emitted when labels became known: `isNews` when something just changed, not when they were there before the session. */
  | ({ what: 'labels'; isNews: boolean } & LabelNews);

/** The person that the events of chats and people are about, or whose chat it is. */
interface NewsFields {
  number: string | null;
  lid: string | null;
}

/** Emitted when the phone or another device changed a chat. */
export interface ChatUpdateFields extends NewsFields {
  chat_id: string;
  change: ChatNews;
  /** ISO 8601 or `always`, for `muted`. */
  muted_until: string | null;
  message_id: string | null;
}

/** Emitted when somebody got another name in the address book, or changed their picture or text. */
export interface ContactUpdateFields extends NewsFields {
  change: 'name' | 'picture' | 'about';
  value: string | null;
  /** `null` where WhatsApp does not tell it with the change. */
  username: string | null;
}

/** Emitted when somebody came, went or types. */
export interface PresenceFields extends NewsFields {
  chat_id: string;
  presence: ShownPresence;
  /** ISO 8601. */
  last_seen: string | null;
}
