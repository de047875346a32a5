import { type Database } from 'better-sqlite3';
import { type Clock } from '../../kit/clock.ts';
import { type Secret } from '../../kit/secret.ts';
import { type CallbackArchive, type CallbackQueue, type HeldCallbacks } from '../../ports/callbacks.ts';
import { type Journal, type SignalKeyStore } from '../../ports/signal.ts';
import {
  type ApiKeyStore,
  type AwaitedNumberStore,
  type ConversationStore,
  type IdempotencyStore,
  type PollVoteStore,
  type SentMessageStore,
  type SessionStore,
  type SettingsStore,
  type TimelineStore,
} from '../../ports/storage.ts';
import { plainVault, type Vault } from '../shared/encryption/vault.ts';
import { SqliteApiKeyStore } from './admin/api-keys.ts';
import { SqliteIdempotencyStore } from './admin/idempotency.ts';
import { SqliteMediaRows } from './admin/media-rows.ts';
import { SqliteSettingsStore } from './admin/settings.ts';
import { SqliteCallbackArchive } from './callbacks/callback-archive.ts';
import { SqliteCallbackQueue } from './callbacks/callback-queue.ts';
import { SqliteHeldCallbacks } from './callbacks/held-callbacks.ts';
import { Outbox } from './callbacks/outbox.ts';
import { ReadySignal } from './callbacks/ready-signal.ts';
import { WaitingQrs } from './callbacks/waiting-qrs.ts';
import { DiskHealth } from './disk-health.ts';
import { DataKeys } from './encryption/data-keys.ts';
import { changeMasterKey } from './encryption/rotate-master-key.ts';
import { SealingVault } from './encryption/sealing-vault.ts';
import { type Committed, GroupCommit } from './group-commit.ts';
import { openDatabase } from './open-database.ts';
import { promised } from './promised.ts';
import { SqliteAwaitedNumberStore } from './sessions/awaited-numbers.ts';
import { SqliteConversationStore } from './sessions/conversations.ts';
import { SqlitePollVoteStore } from './sessions/poll-votes.ts';
import { SqliteSentMessageStore } from './sessions/sent-messages.ts';
import { SqliteSessionStore } from './sessions/sessions.ts';
import { SqliteTimeline } from './sessions/timeline.ts';
import { COMES_AGAIN_MS, SqliteJournal } from './signal/journal.ts';
import { SqliteSignalKeyStore } from './signal/signal-keys.ts';

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
  readonly masterKey: {
    /**
     * Has the database open with another master key from now on; answers how many data keys were wrapped anew. `sealed` is as
     * `sealNextKey` makes it. All are changed or none, with nothing else of the database in between.
     * @throws AppError `storage_not_encrypted`, `wrong_master_key`; StorageUnavailableError
     */
    change(sealed: string): Promise<number>;
  };
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
 * `committed` is told how long each commit took.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export function openStorage(
  authDir: string,
  clock: Clock,
  masterKey: Secret | null,
  committed: Committed = () => undefined,
): Storage {
  const db = openDatabase(authDir, masterKey);
  const dataKeys = masterKey && new DataKeys(db, masterKey);
  const commits = new GroupCommit(db, { clock, committed });
  const vault = dataKeys ? new SealingVault(db, dataKeys) : plainVault;
  const stores = createStores(db, { clock, vault, commits });
  const condition = new DiskHealth(db);
  // What is written besides the stores has a transaction of its own.
  const alone = <Result>(work: () => Result): Promise<Result> =>
    promised(() => {
      commits.flush();
      return work();
    });
  const masterKeys = { change: (sealed: string) => alone(() => changeMasterKey(db, dataKeys, sealed)) };
  return {
    ...watched({ ...sharing(commits, stores), masterKey: masterKeys }, condition),
    check: () => alone(() => condition.check()),
    prune: (callbackRetentionMs) =>
      alone(() => {
        const { awaitedNumbers, callbacks, sentMessages, idempotency, journal, pollVotes } = stores;
        awaitedNumbers.prune();
        // A message that comes again is known by its callback: it is kept for as long as it can be answered from the journal.
        callbacks.prune(clock.now() - Math.max(callbackRetentionMs, COMES_AGAIN_MS));
        for (const store of [sentMessages, idempotency, journal, pollVotes]) store.prune();
        // What was overwritten, such as the data key of a removed session, is in the write-ahead log until it is emptied.
        db.pragma('wal_checkpoint(TRUNCATE)');
      }),
    [Symbol.asyncDispose]: () =>
      alone(() => {
        stores.heldCallbacks.end();
        db.close();
      }),
  };
}

/** Every store, on one database. */
function createStores(db: Database, { clock, vault, commits }: { clock: Clock; vault: Vault; commits: GroupCommit }) {
  const readySignal = new ReadySignal();
  const retrySignal = new ReadySignal();
  const qrs = new WaitingQrs(db);
  const outbox = new Outbox(db, { clock, readySignal, vault, qrs });
  const journal = new SqliteJournal(db, clock, vault);
  const timeline = new SqliteTimeline(db);
  const pollVotes = new SqlitePollVoteStore(db, clock, vault);
  const heldCallbacks = new SqliteHeldCallbacks(db, { readySignal, clock, vault });
  const conversations = new SqliteConversationStore(db, clock);
  const awaitedNumbers = new SqliteAwaitedNumberStore(db, { clock, outbox, vault });
  const writes = { outbox, journal, pollVotes, awaitedNumbers, conversations, timeline, vault };
  return {
    sessions: new SqliteSessionStore(db, writes),
    sentMessages: new SqliteSentMessageStore(db, { clock, outbox, vault }),
    settings: new SqliteSettingsStore(db, vault),
    apiKeys: new SqliteApiKeyStore(db, vault),
    idempotency: new SqliteIdempotencyStore(db, clock, vault),
    signalKeys: new SqliteSignalKeyStore(db, journal, vault),
    callbacks: new SqliteCallbackQueue(db, {
      ...{ readySignal, retrySignal, held: heldCallbacks, vault, qrs },
      later: (deferred) => commits.later(deferred),
    }),
    archive: new SqliteCallbackArchive(db, { readySignal, retrySignal, clock, vault }),
    mediaRows: new SqliteMediaRows(db, vault),
    ...{ journal, timeline, pollVotes, heldCallbacks, conversations, awaitedNumbers },
  };
}

/** The stores, which answer when what they did is committed. */
function sharing(commits: GroupCommit, stores: ReturnType<typeof createStores>): typeof stores {
  const all = Object.entries(stores).map(([name, store]) => [name, commits.share<object>(store)]);
  return {
    ...(Object.fromEntries(all) as typeof stores),
    // A step of a ratchet that rests on what these find is written after it, and told of only then.
    signalKeys: commits.share(stores.signalKeys, { atOnce: ['get'] }),
    journal: commits.share(stores.journal, { atOnce: ['find'] }),
    // What is news of a message is written after this, and told of only then.
    sentMessages: commits.share(stores.sentMessages, { atOnce: ['find'] }),
    // A message that these let pass is written after them, and leaves only then.
    conversations: commits.share(stores.conversations, { atOnce: ['isKnown', 'begunSince'] }),
    callbacks: commits.share(stores.callbacks, { atOnce: ['onReady', 'onRetry', 'delivered'], reads: ['next'] }),
  };
}

/** The stores, with the failures of the disk named as such and remembered. */
function watched<Stores extends Record<string, object>>(stores: Stores, condition: DiskHealth): Stores {
  const entries = Object.entries(stores).map(([name, store]) => [name, condition.watch(store)]);
  return Object.fromEntries(entries) as Stores;
}
