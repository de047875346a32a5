import { type ApiKey } from '../domain/access.ts';
import { type DeliveryStatus } from '../domain/message.ts';
import { type KnownSentMessage, type SentMessage, type SentMessageRef } from '../domain/outgoing.ts';
import { type Numbers } from '../domain/person.ts';
import { type CountedVote, type VoteCast } from '../domain/poll.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type SessionRecord } from '../domain/session.ts';
import { type TimelineNote } from '../domain/timeline.ts';
import { type NewCallback } from './callbacks.ts';
import { type MessageKey } from './signal.ts';

/* ---- what the core asks of storage/ ---- */

/** The sessions, and the events that their changes cause. */
export interface SessionStore {
  all(): Promise<SessionRecord[]>;
  /**
   * Stores the record, the events and what goes along in one transaction: a change and what the backend must be told
   * of it are never apart. An event whose `webhookId` is already there is not stored again; answers how many were.
   */
  commit(record: SessionRecord, events: readonly NewCallback[], writes?: SessionWrites): Promise<number>;
  /**
   * Stores several changes of one session in their order, all of them with the record in one transaction; answers as
   * {@link commit} does, for each.
   */
  commitAll(record: SessionRecord, changes: readonly SessionChange[]): Promise<number[]>;
  /** Removes the session and its undelivered QR callbacks, and stores the last events, in one transaction. */
  remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void>;
}

/** What happened to a session: the events of it, and what goes along. */
export interface SessionChange {
  events: readonly NewCallback[];
  writes: SessionWrites;
}

/** What is stored together with a change of a session. */
export interface SessionWrites {
  /** The message that became the events, or needs none: its journal entries are done with. */
  handled?: MessageKey;
  /** The vote in a poll that the message is. */
  vote?: VoteCast | undefined;
  /** That the message is told without its sender's number. */
  awaited?: AwaitedNumber | undefined;
  /** Who wrote: from now on no stranger. */
  heardOf?: string;
  /** What to write into the session's timeline. */
  note?: TimelineNote;
}

/** What happened to the sessions. A bounded number of notes is kept of each. */
export interface TimelineStore {
  /** The notes of a session, the oldest first. */
  of(sessionId: SessionId): Promise<TimelineNote[]>;
}

/** The messages that we sent, and what became of them. */
export interface SentMessageStore {
  add(sessionId: SessionId, message: SentMessage): Promise<void>;
  /** The message, with what is known of its fate; `undefined` when we did not send it. */
  find(sessionId: SessionId, messageId: string): Promise<KnownSentMessage | undefined>;
  /** How many the session sent after this moment. */
  countSince(sessionId: SessionId, sinceMs: number): Promise<CountSince>;
  /** Those of all sessions that nobody acknowledged or refused, and that were sent before this moment. */
  unanswered(beforeMs: number): Promise<SentMessageRef[]>;
  /** Stores the new status and the event that tells of it, in one transaction. */
  progress(sessionId: SessionId, messageId: string, status: DeliveryStatus, event: NewCallback): Promise<void>;
}

/** How many there are, and when the oldest of them was made (Unix ms). */
export interface CountSince {
  count: number;
  oldestMs: number | null;
}

/** With whom the sessions have spoken, each person by its number, or JID where there is none. */
export interface ConversationStore {
  isKnown(sessionId: SessionId, peer: string): Promise<boolean>;
  /** We wrote; whoever is known already stays as it is. */
  begun(sessionId: SessionId, peer: string): Promise<void>;
  /** Those that we began after this moment. */
  begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince>;
}

/** The folder that each session has below `AUTH_DIR`, whose path the backend is told. */
export interface SessionFolders {
  create(sessionId: SessionId): Promise<void>;
  /** Removes what version 3 left in it, once a login with the imported credentials worked. */
  discardVersion3(sessionId: SessionId): Promise<void>;
  remove(sessionId: SessionId): Promise<void>;
}

/** Values that outlive a restart: `POST /config/download-media`. */
export interface SettingsStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** The first answers to requests with an `Idempotency-Key`, kept for a day. */
export interface IdempotencyStore {
  /** The stored answer for the key in this scope. */
  find(scope: string, key: string): Promise<StoredAnswer | undefined>;
  save(scope: string, key: string, answer: StoredAnswer): Promise<void>;
}

/** An answer that is given again. */
export interface StoredAnswer {
  /** A hash of the request, to tell a repetition from another request with the same key. */
  requestHash: string;
  status: number;
  /** JSON. */
  body: string;
}

/** Where the keys outlive a restart. */
export interface ApiKeyStore {
  /** The oldest first. */
  all(): Promise<ApiKey[]>;
  add(key: ApiKey): Promise<void>;
  remove(keyId: string): Promise<void>;
}

/** The votes that are counted, for two weeks. A vote is cast along with the change of a session that tells of it. */
export interface PollVoteStore {
  /** The latest vote of each voter in this poll. */
  of(sessionId: SessionId, pollId: string): Promise<CountedVote[]>;
}

/** Whose number the backend was told not to be known, and is told when it becomes known; for two weeks. */
export interface AwaitedNumberStore {
  /** The LIDs whose numbers are awaited in this session. */
  of(sessionId: SessionId): Promise<string[]>;
  /**
   * These became known. What the backend can not have seen yet is changed where it waits; what it may have seen is told once
   * more under a key of its own. What we sent to them has the number too from here on. All in one transaction.
   */
  known(sessionId: SessionId, numbers: Numbers): Promise<void>;
}

/** A callback that tells of somebody whose number WhatsApp has not told yet. */
export interface AwaitedNumber {
  /** Of whom it tells, `…@lid`. */
  lid: string;
  /** The webhookId of the callback, and that of the one which will tell it once more, with the number. */
  told: string;
  again: string;
  /** The webhookId of a callback that makes it needless to tell it once more. */
  unless: string | null;
}
