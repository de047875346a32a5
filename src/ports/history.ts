import type { HistoryMessage, HistoryPlace, KeptMessage } from '../domain/kept-message.ts';
import type { DeliveryStatus } from '../domain/message.ts';
import type { Numbers } from '../domain/person.ts';
import type { SessionId } from '../domain/session-id.ts';

/**
 * The messages that sessions keep. Those that arrive are written as {@link SessionWrites.kept}, those that are sent as
 * {@link SentMessage.kept}. One that is kept already stays as it is, unless its content could not be read.
 */
export interface HistoryStore {
  /** For how many days the session keeps messages, if it has a number of its own. */
  daysOf(sessionId: SessionId): Promise<number | undefined>;
  /** Gives the session a number of its own, or takes that back (`null`). */
  setDays(sessionId: SessionId, days: number | null): Promise<void>;
  /** Keeps messages that the phone tells; a session that does not exist keeps nothing. */
  add(sessionId: SessionId, messages: readonly KeptMessage[]): Promise<void>;
  /** The status of a message that was sent here. */
  progressed(sessionId: SessionId, messageId: string, status: DeliveryStatus): Promise<void>;
  /** People who were named by LID are named by number from now on, in conversations and as authors. */
  numbersKnown(sessionId: SessionId, numbers: Numbers): Promise<void>;
  /** The first of these conversations of which anything is kept. */
  chatOf(sessionId: SessionId, chatIds: readonly string[]): Promise<string | undefined>;
  /** The messages of a session or of one conversation, the newest first. */
  page(sessionId: SessionId, page: HistoryPage): Promise<HistoryMessage[]>;
  /** The latest message of each conversation, the newest first. */
  chats(sessionId: SessionId, page: Omit<HistoryPage, 'chatId'>): Promise<HistoryMessage[]>;
  /** The oldest message of a conversation. */
  oldest(sessionId: SessionId, chatId: string): Promise<HistoryMessage | undefined>;
  /** How many messages the session keeps, counted up to `most`. */
  count(sessionId: SessionId, most: number): Promise<number>;
  /** Removes a conversation. Returns the number of messages. */
  removeChat(sessionId: SessionId, chatId: string): Promise<number>;
  /** Removes the messages of a session that were sent before this moment (Unix ms). */
  removeOlder(sessionId: SessionId, beforeMs: number): Promise<void>;
  /**
   * Removes the messages of all sessions that are older than their days, or than `defaultDays`. It goes in pieces, between which
   * others are served. Stops early when `signal` is aborted.
   */
  prune(defaultDays: number, signal?: AbortSignal): Promise<void>;
}

/** A part of a list of messages: at most `limit`. */
export interface HistoryPage {
  chatId?: string | undefined;
  /** Only those behind this place. */
  after?: HistoryPlace | undefined;
  limit: number;
}
