import type { ApiKey } from '../domain/access.ts';
import type { PhoneNumber } from '../domain/address.ts';
import type { ChatTimer, NotedTimer } from '../domain/chat.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { DeliveryStatus } from '../domain/message.ts';
import type { KnownSentMessage, SentMessage, SentMessageRef, SentMessageState } from '../domain/outgoing.ts';
import type { LearnedName, NamedPerson, Numbers, Person } from '../domain/person.ts';
import type { CountedVote, VoteCast } from '../domain/poll.ts';
import type { Answers, DailyRefusals } from '../domain/risk.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionProfile } from '../domain/session-profile.ts';
import type { SessionPhase, SessionRecord } from '../domain/session.ts';
import type { TimelineNote } from '../domain/timeline.ts';
import type { Secret } from '../kit/secret.ts';
import type {
  AwaitedEvents,
  CallbackArchive,
  CallbackQueue,
  FurtherEventStore,
  HeldCallbacks,
  NewCallback,
} from './callbacks.ts';
import type { AuditStore } from './audit.ts';
import type { DraftStore } from './drafts.ts';
import type { HistoryStore } from './history.ts';
import type { JoinRequestStore } from './join-requests.ts';
import type { LabelStore } from './labels.ts';
import type { MediaIndex } from './media.ts';
import type { PeopleStore } from './people.ts';
import type { ScheduledMessageStore } from './scheduled.ts';
import type { SubscriptionStore } from './subscriptions.ts';
import type { Journal, MessageKey, SignalKeyStore } from './signal.ts';

/**
 * Everything that survives a restart.
 *
 * - A method that writes resolves once the change is durable. A method that reads resolves once everything it may depend on
 *   is durable; the few exceptions say so.
 * - Two calls in a row take effect in that order, even when the first is not awaited.
 * - While the disk is full or fails, every method rejects with `StorageUnavailableError` and stores nothing of what it was
 *   given.
 *
 * Disposing flushes and closes the storage; no method may be called afterwards.
 */
export interface Storage extends AsyncDisposable {
  readonly sessions: SessionStore;
  readonly sentMessages: SentMessageStore;
  readonly scheduledMessages: ScheduledMessageStore;
  readonly conversations: ConversationStore;
  readonly refusals: RefusalStore;
  readonly pollVotes: PollVoteStore;
  readonly chatTimers: ChatTimerStore;
  readonly awaitedNumbers: AwaitedNumberStore;
  readonly contactNames: ContactNameStore;
  readonly labels: LabelStore;
  readonly joinRequests: JoinRequestStore;
  readonly history: HistoryStore;
  readonly people: PeopleStore;
  readonly timeline: TimelineStore;
  readonly accountIds: AccountIdStore;
  readonly signalKeys: SignalKeyStore;
  readonly journal: Journal;
  readonly callbacks: CallbackQueue;
  readonly archive: CallbackArchive;
  readonly heldCallbacks: HeldCallbacks;
  readonly furtherEvents: FurtherEventStore;
  readonly subscriptions: SubscriptionStore;
  readonly mediaIndex: MediaIndex;
  readonly settings: SettingsStore;
  readonly apiKeys: ApiKeyStore;
  readonly audit: AuditStore;
  readonly drafts: DraftStore;
  readonly idempotency: IdempotencyStore;
  readonly masterKey: MasterKey;
  /** `null` where the database is not ours to keep small. */
  readonly space: DatabaseSpace | null;
  /** `null` where the database has tools of its own. */
  readonly backup: DatabaseBackup | null;
  readonly damagedValues: DamagedValueStore;
  /**
   * Resolves when the disk accepts writes. Probes it only if the last write failed.
   * @throws StorageUnavailableError while it does not
   */
  check(): Promise<void>;
  /**
   * Removes what has outlived its retention: settled callbacks and further events after `callbackRetentionMs`, and never within a day; sent
   * and settled scheduled messages, poll votes, awaited numbers and handled journal entries after two weeks; counts of refused messages after eight
   * weeks; stored answers after a day; names a year
   * after they were last learned. Of the timers of chats, each session keeps 5,000. Call it every now and then, for example
   * once an hour. It goes in pieces, between which others are served; the space goes back to the disk. Stops early when
   * `signal` is aborted. Events that are `awaited` stay for longer.
   */
  prune(callbackRetentionMs: number, signal?: AbortSignal, awaited?: AwaitedEvents): Promise<void>;
}

/** How much room the database takes, and how it makes some. */
export interface DatabaseSpace {
  /** What is in use of the file, without its free pages, and the write-ahead log beside it; in bytes. */
  bytes(): Promise<number>;
  /**
   * Removes what nobody awaits, the oldest first, until no more than `toBytes` are in use or nothing is left that may go: delivered and
   * unwanted callbacks, further events, handled journal entries, the history that sessions keep, and after a day messages that have
   * reached their recipients. Only what was stored before `beforeMs` (Unix ms). Goes in pieces, as {@link Storage.prune} does. Resolves
   * with the number of removed rows.
   */
  shed(limits: { toBytes: number; beforeMs: number; signal?: AbortSignal }): Promise<number>;
}

/** The stored values that could not be read. Each is set aside for two weeks, and counts as missing. */
export interface DamagedValueStore {
  count(): Promise<number>;
}

/** A stored value that cannot be read. */
export interface Damage {
  /** Whose it is; `null` for a value of no session. */
  sessionId: SessionId | null;
  /** Table and column and, for a Signal key, its type. */
  what: string;
}

/** The key that encrypts an encrypted storage. */
interface MasterKey {
  /**
   * Replaces the master key. `sealed` is the new key, encrypted with the current one (`sealNextKey`). Returns the number of
   * data keys that were wrapped again: all of them or, on failure, none.
   * @throws AppError `storage_not_encrypted`, `wrong_master_key`; StorageUnavailableError
   */
  change(sealed: string): Promise<number>;
}

/** Copies of the database, made while it is in use. */
export interface DatabaseBackup {
  /**
   * Makes a copy, encrypted like the database, while others go on. Returns the name of the file, in `AUTH_DIR`: take it away, since the
   * next call removes it.
   * @throws OverloadedError when the disk has no room for it
   */
  create(): Promise<string>;
}

/** What is stored of the way in which a session connects. A damaged profile takes nothing from its proxy. */
export interface StoredRoute {
  /** The device name of its own; `null` without one. */
  deviceName: string | null;
  /** As {@link SessionStore.proxyOf} has it. */
  proxy: Secret | 'unreadable' | undefined;
}

/** The sessions, and the events that their changes cause. */
export interface SessionStore {
  /** All sessions, the oldest first. */
  all(): Promise<SessionRecord[]>;
  /** Those of these sessions that exist, the oldest first. */
  some(sessionIds: readonly SessionId[]): Promise<SessionRecord[]>;
  /** The number of sessions in each phase, also of those on other nodes. Phases without sessions are missing. */
  counts(): Promise<Map<SessionPhase, number>>;
  /** The URL of the session's own proxy, with its credentials; `undefined` without one. */
  proxyOf(sessionId: SessionId): Promise<Secret | 'unreadable' | undefined>;
  /** What a session connects as and through, read at once. */
  routeOf(sessionId: SessionId): Promise<StoredRoute>;
  /**
   * Stores a new session with its profile, its proxy and its first note. It belongs to this node.
   * @throws AppError `too_many_sessions`, `too_many_pending_sessions`
   */
  create(record: SessionRecord, note: TimelineNote, limits: SessionLimits, proxy?: Secret): Promise<void>;
  /**
   * Stores the record, the events and the other writes in one transaction: a change and its callbacks are never apart. An
   * event whose `webhookId` is already known is skipped. Returns the number of events that were stored.
   */
  commit(record: SessionRecord, events: readonly NewCallback[], writes?: SessionWrites): Promise<number>;
  /**
   * Stores several changes of one session, in order, in one transaction with the record. Returns the number of events
   * stored for each, as {@link commit} does.
   */
  commitAll(record: SessionRecord, changes: readonly SessionChange[]): Promise<number[]>;
  /**
   * Removes the session with its keys, messages and undelivered QR callbacks, and stores its last events, in one
   * transaction. Its other callbacks stay and are still delivered.
   */
  remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void>;
}

/** How many sessions there may be, on all nodes together. */
export interface SessionLimits {
  /** Whatever their status; 0 is no limit. */
  maxSessions: number;
  /** Of those that no device is linked to yet. */
  maxPendingSessions: number;
}

/** One change of a session: its events, and what is stored with them. */
export interface SessionChange {
  events: readonly NewCallback[];
  writes: SessionWrites;
}

/** What is stored in the same transaction as a change of a session. */
export interface SessionWrites {
  /** The message that caused the events, or that needs none: its journal entries are marked as handled. */
  handled?: MessageKey;
  /** A vote in a poll, to be counted. */
  vote?: VoteCast | undefined;
  /** What the message says of its chat's disappearing timer. */
  timer?: NotedTimer | undefined;
  /** The sender's number, which the event lacks: the event is corrected, or sent again, once it is known. */
  awaited?: AwaitedNumber | undefined;
  /** The message as the history keeps it, if the session keeps one. */
  kept?: KeptMessage | undefined;
  /** The person who wrote to us: no longer a stranger. */
  heardFrom?: string;
  /** What the caller says of the session from now on. */
  profile?: SessionProfile | undefined;
  /** The URL of the session's proxy from now on, with its credentials; `null` for none. Stored with a profile. */
  proxy?: Secret | null | undefined;
  /** An entry for the session's timeline. */
  note?: TimelineNote;
  /** The events announce the session: from now on its number has this session id. */
  announces?: boolean;
  /**
   * Another session of the same account, whose linked device this one takes over: its credentials, keys and journal, in place
   * of its own. The other session is removed, and its id becomes an alias of this one.
   */
  deviceOf?: SessionId;
}

/** The session ids of accounts, which outlive their sessions (contract 1.4). */
export interface AccountIdStore {
  /** The id under which this number was last announced. */
  idOf(number: PhoneNumber): Promise<SessionId | undefined>;
  /**
   * The session besides this one that goes on with the number when it is linked again, on whichever node: the one under which it
   * was last announced, even if that is deleted, but not if that has another number by now; else the oldest announced one.
   */
  elderOf(sessionId: SessionId, number: PhoneNumber): Promise<SessionId | undefined>;
  /** The session that this id stands for, if it stands for another one. */
  aliasOf(sessionId: SessionId): Promise<SessionId | undefined>;
  /** The ids that stand for another session, and for which one. */
  aliases(): Promise<Map<SessionId, SessionId>>;
}

/** What happened to the sessions: a bounded number of notes for each. */
export interface TimelineStore {
  /** The notes of a session, the oldest first. */
  of(sessionId: SessionId): Promise<TimelineNote[]>;
}

/** The messages that we sent, with their delivery status; kept for two weeks. */
export interface SentMessageStore {
  /** A message that is already stored keeps its status. */
  add(sessionId: SessionId, message: SentMessage): Promise<void>;
  /** The message and its status; `undefined` when it is not ours. May return what is not durable yet. */
  find(sessionId: SessionId, messageId: string): Promise<KnownSentMessage | undefined>;
  /** As {@link find}, without decrypting its content. */
  state(sessionId: SessionId, messageId: string): Promise<SentMessageState | undefined>;
  /** Counts what the session has sent after this moment (Unix ms), until now. */
  countSince(sessionId: SessionId, sinceMs: number): Promise<CountSince>;
  /** The messages of this node's sessions sent before this moment that were neither acknowledged nor refused, the oldest first. */
  unanswered(beforeMs: number): Promise<SentMessageRef[]>;
  /** Stores the new status, its event, and the vote that the message is, if it is to be counted now, in one transaction. */
  progress(sessionId: SessionId, update: SentProgress): Promise<void>;
}

/** What becomes of a sent message. */
export interface SentProgress {
  messageId: string;
  status: DeliveryStatus;
  event: NewCallback;
  vote?: VoteCast | undefined;
}

/** A count, and the moment of the oldest one counted (Unix ms). */
export interface CountSince {
  count: number;
  oldestMs: number | null;
}

/** The people that each session has talked to, by number, or by JID where the number is unknown. */
export interface ConversationStore {
  /** Whether either side has written before. May return what is not durable yet. */
  isKnown(sessionId: SessionId, peer: string): Promise<boolean>;
  /** Records that we wrote first; a known conversation stays as it is. */
  begun(sessionId: SessionId, peer: string): Promise<void>;
  /** Counts the conversations that we began after this moment (Unix ms), until now. May return what is not durable yet. */
  begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince>;
  /** Counts those of them that were answered, and those of which it is known. May return what is not durable yet. */
  answersSince(sessionId: SessionId, sinceMs: number): Promise<Answers>;
}

/** How often WhatsApp refused messages of each session, by day (UTC) and code; kept for eight weeks. */
export interface RefusalStore {
  /** Counts a message that WhatsApp refused now. Nothing is counted for a session that does not exist. */
  noted(sessionId: SessionId, code: string): Promise<void>;
  /** The counts of the day of this moment (Unix ms) and the days since, the newest first. */
  of(sessionId: SessionId, sinceMs: number): Promise<DailyRefusals[]>;
}

/** The folder of each session below `AUTH_DIR`, whose path the backend receives. */
export interface SessionFolders {
  create(sessionId: SessionId): Promise<void>;
  /** Removes the files of version 3, once a login with the imported credentials has worked. */
  discardVersion3(sessionId: SessionId): Promise<void>;
  remove(sessionId: SessionId): Promise<void>;
}

/** Settings that survive a restart, such as `POST /config/download-media`. */
export interface SettingsStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Stores the value unless there is one. Returns the one that is stored: of two nodes that do so at once, both get the first. */
  setIfMissing(name: string, value: string): Promise<string>;
}

/** The first answer to each `Idempotency-Key`, kept for a day. */
export interface IdempotencyStore {
  find(scope: string, key: string): Promise<StoredAnswer | undefined>;
  /**
   * Reserves an id for the message of a request, so that a repetition after a crash sends no second one. Returns the id that
   * the same request has already reserved, or else this one.
   */
  reserve(scope: string, key: string, request: ReservedMessage): Promise<string>;
  /** The first answer wins: a later one for the same key is ignored until the first has expired. */
  save(scope: string, key: string, answer: StoredAnswer): Promise<void>;
}

/** The message of a request that is not answered yet. */
export interface ReservedMessage {
  /** Hash of the request. */
  requestHash: string;
  messageId: string;
}

/** An answer to be repeated. */
export interface StoredAnswer {
  /** Hash of the request: tells a repetition from another request with the same key. */
  requestHash: string;
  status: number;
  /** JSON. */
  body: string;
}

/** The API keys that were created at runtime. */
export interface ApiKeyStore {
  /** The oldest first. */
  all(): Promise<ApiKey[]>;
  add(key: ApiKey): Promise<void>;
  remove(keyId: string): Promise<void>;
}

/** The counted votes, kept for two weeks. They are written as {@link SessionWrites.vote}. */
export interface PollVoteStore {
  /** The latest vote of each voter in this poll. */
  of(sessionId: SessionId, pollId: string): Promise<CountedVote[]>;
}

/** The names of people, for each session: of those whose name was learned last. */
export interface ContactNameStore {
  /**
   * Names that became known. What is empty replaces nothing, but a saved name that is `null` is forgotten; a session that does not exist learns nothing.
   */
  learn(sessionId: SessionId, names: readonly LearnedName[]): Promise<void>;
  /**
   * The name that this person chose or, if that is unknown, the one in the owner's address book; `null` without either. May
   * return what is not durable yet.
   */
  of(sessionId: SessionId, person: Person): Promise<string | null>;
  /** Everybody of whom a name is known, in the order of `person`. May return what is not durable yet. */
  list(sessionId: SessionId, page: ContactPage): Promise<NamedPerson[]>;
}

/** A part of a list of people. */
export interface ContactPage {
  /** Only those after this one; empty for the first ones. */
  after: string;
  limit: number;
}

/** The disappearing timers of chats, a bounded number for each session. They are written as {@link SessionWrites.timer}. */
export interface ChatTimerStore {
  /** The timer of the chat with these names; `undefined` when none is known. May return what is not durable yet. */
  of(sessionId: SessionId, names: readonly string[]): Promise<ChatTimer | undefined>;
}

/** The senders whose number the backend does not know yet, for two weeks. They are written as {@link SessionWrites.awaited}. */
export interface AwaitedNumberStore {
  /** The LIDs whose numbers this session awaits: those senders, and chats that have a label which a number has too. */
  of(sessionId: SessionId): Promise<string[]>;
  /**
   * Fills in numbers that became known, in one transaction. A callback that the backend cannot have seen yet is changed in
   * place; one that it may have seen is sent again under a webhookId of its own. Sent messages get the number too, and a
   * label that a chat had under both its addresses stays under the one that was labeled last.
   */
  known(sessionId: SessionId, numbers: Numbers): Promise<void>;
}

/** A callback whose sender is known by LID alone. */
export interface AwaitedNumber {
  /** The sender, `…@lid`. */
  lid: string;
  /** The callback without the number. */
  webhookId: string;
  /** The webhookId of the callback that repeats it with the number. */
  correctionId: string;
  /** The webhookId of a callback whose presence makes the correction unnecessary. */
  unless: string | null;
}
