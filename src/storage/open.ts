import { type Clock } from '../kit/clock.ts';
import { type Secret } from '../kit/secret.ts';
import { type ApiKeyStore } from '../domain/access.ts';
import { type AwaitedNumberStore } from '../domain/awaited-numbers.ts';
import { type CallbackArchive, type CallbackQueue, type HeldCallbacks } from '../domain/callback-ports.ts';
import {
  type ConversationStore,
  type IdempotencyStore,
  type SentMessageStore,
  type SessionStore,
  type SettingsStore,
  type TimelineStore,
} from '../domain/ports.ts';
import { type PollVoteStore } from '../domain/poll.ts';
import { type Journal, type SignalKeyStore } from '../domain/signal-ports.ts';
import { SqliteApiKeyStore } from './api-keys.ts';
import { SqliteAwaitedNumberStore } from './awaited-numbers.ts';
import { SqliteCallbackArchive } from './callback-archive.ts';
import { SqliteCallbackQueue } from './callbacks.ts';
import { StorageCondition } from './condition.ts';
import { SqliteConversationStore } from './conversations.ts';
import { openDatabase } from './database.ts';
import { SqliteIdempotencyStore } from './idempotency.ts';
import { SqliteHeldCallbacks } from './held-callbacks.ts';
import { COMES_AGAIN_MS, SqliteJournal } from './journal.ts';
import { SqliteMediaRows } from './media-rows.ts';
import { Outbox } from './outbox.ts';
import { SqlitePollVoteStore } from './poll-votes.ts';
import { promised } from './promised.ts';
import { ReadyBell } from './ready-bell.ts';
import { SealingVault } from './sealing-vault.ts';
import { SqliteSentMessageStore } from './sent-messages.ts';
import { SqliteSessionStore } from './sessions.ts';
import { SqliteSettingsStore } from './settings.ts';
import { SqliteSignalKeyStore } from './signal-keys.ts';
import { SqliteTimeline } from './timeline.ts';
import { type Committed } from './timed.ts';
import { plainVault } from './vault.ts';

/**
 * Everything that survives a restart. While the disk is full or fails, every method rejects with a
 * `StorageUnavailableError` and stores nothing of what it was given. Disposing closes the database; nothing is to be asked of it afterwards. */
export interface Storage extends AsyncDisposable {
  readonly sessions: SessionStore;
  readonly sentMessages: SentMessageStore;
  readonly conversations: ConversationStore;
  readonly pollVotes: PollVoteStore;
  readonly awaitedNumbers: AwaitedNumberStore;
  readonly settings: SettingsStore;
  readonly apiKeys: ApiKeyStore;
  readonly idempotency: IdempotencyStore;
  readonly signalKeys: SignalKeyStore;
  readonly callbacks: CallbackQueue;
  readonly archive: CallbackArchive;
  readonly heldCallbacks: HeldCallbacks;
  /** For {@link DownloadsFolder}. */
  readonly mediaRows: SqliteMediaRows;
  readonly journal: Journal;
  readonly timeline: TimelineStore;
  /**
   * Resolves when the disk takes what is written; tries it when the last write failed.
   * @throws StorageUnavailableError while it takes nothing
   */
  check(): Promise<void>;
  /**
   * Removes what has been kept long enough: callbacks delivered more than `callbackRetentionMs` and a day ago, sent messages,
   * votes in polls, awaited numbers and the journal of what was handled after two weeks, stored answers after a day. To be called now and then, once an hour say.
   */
  prune(callbackRetentionMs: number): Promise<void>;
}

/**
 * Opens the storage in `authDir`, which is made when it is not there. This process has it alone until it is disposed.
 * With a master key (64 hex digits) everything that says something is encrypted, also what was there before; without one nothing is.
 * `committed` is told how long each transaction took that stores messages or changes.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export function openStorage(
  authDir: string,
  clock: Clock,
  masterKey: Secret | null,
  committed: Committed = () => undefined,
): Storage {
  const db = openDatabase(authDir, masterKey);
  const vault = masterKey ? new SealingVault(db, masterKey) : plainVault;
  const bell = new ReadyBell();
  const outbox = new Outbox(db, { clock, bell, vault, committed });
  const journal = new SqliteJournal(db, clock, vault);
  const timeline = new SqliteTimeline(db);
  const pollVotes = new SqlitePollVoteStore(db, clock, vault);
  const retryBell = new ReadyBell();
  const heldCallbacks = new SqliteHeldCallbacks(db, { bell, clock, vault });
  const callbacks = new SqliteCallbackQueue(db, { bell, retryBell, held: heldCallbacks, vault });
  const sentMessages = new SqliteSentMessageStore(db, { clock, outbox, vault });
  const idempotency = new SqliteIdempotencyStore(db, clock, vault);
  const conversations = new SqliteConversationStore(db, clock);
  const awaitedNumbers = new SqliteAwaitedNumberStore(db, { clock, outbox, vault });
  const condition = new StorageCondition(db);
  const stores = {
    sessions: new SqliteSessionStore(db, {
      ...{ outbox, journal, pollVotes, awaitedNumbers, conversations, timeline, vault },
    }),
    sentMessages,
    pollVotes,
    awaitedNumbers,
    conversations,
    settings: new SqliteSettingsStore(db),
    apiKeys: new SqliteApiKeyStore(db),
    idempotency,
    signalKeys: new SqliteSignalKeyStore(db, { journal, vault, committed }),
    callbacks,
    archive: new SqliteCallbackArchive(db, { bell, retryBell, clock, vault }),
    heldCallbacks,
    mediaRows: new SqliteMediaRows(db, vault),
    journal,
    timeline,
  };
  const prune = (callbackRetentionMs: number): void => {
    awaitedNumbers.prune();
    // A message that comes again is known by its callback: it is kept for as long as it can be answered from the journal.
    callbacks.prune(clock.now() - Math.max(callbackRetentionMs, COMES_AGAIN_MS));
    sentMessages.prune();
    idempotency.prune();
    journal.prune();
    pollVotes.prune();
  };
  return {
    ...watched(stores, condition),
    check: () => promised(() => condition.check()),
    prune: (callbackRetentionMs) => promised(() => prune(callbackRetentionMs)),
    [Symbol.asyncDispose]: () =>
      promised(() => {
        heldCallbacks.end();
        db.close();
      }),
  };
}

/** The stores, with the failures of the disk named as such and remembered. */
function watched<Stores extends Record<string, object>>(stores: Stores, condition: StorageCondition): Stores {
  const entries = Object.entries(stores).map(([name, store]) => [name, condition.watch(store)]);
  return Object.fromEntries(entries) as Stores;
}
