import type { Clock } from '../../kit/clock.ts';
import type { Secret } from '../../kit/secret.ts';
import type { Damage, Storage } from '../../ports/storage.ts';
import { plainVault } from '../shared/encryption/vault.ts';
import { Database } from './database.ts';
import { awaitedNow } from './callbacks/awaited-events.ts';
import { DataKeys } from './encryption/data-keys.ts';
import { changeMasterKey } from './encryption/rotate-master-key.ts';
import { SealingVault } from './encryption/sealing-vault.ts';
import type { CommitListener } from './group-commit.ts';
import { removeCopies } from './online-copy.ts';
import { openDatabase } from './open-database.ts';
import { giveBackInPieces, pruneInPieces } from './prune.ts';
import { REDELIVERY_WINDOW_MS } from '../shared/retention.ts';
import { RestoredBackup } from './restored.ts';
import { SqliteSpace } from './space.ts';
import { createStores } from './stores.ts';

/** What the storage reports, and what it may do. */
export interface StorageOptions {
  /** Encrypts a database that was stored in plaintext, instead of refusing it. */
  adoptPlaintext?: boolean;
  /** Called after each commit. */
  onCommit?: CommitListener;
  /** Called for each stored value that cannot be read. */
  onDamage?: (damage: Damage) => void;
  /** Called when the database was restored from a backup, or moved: its numbers have jumped. */
  onRestored?: () => void;
}

const ignore = () => undefined;

/**
 * Opens the storage in `authDir`, which is created if necessary. This process has it exclusively until it is disposed. With a
 * master key (64 hex digits) all contents are encrypted, those from before too if `adoptPlaintext` is set; without one nothing is.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export function openStorage(
  authDir: string,
  clock: Clock,
  masterKey: Secret | null,
  options: StorageOptions = {},
): Storage {
  const { adoptPlaintext = false, onCommit = ignore, onDamage = ignore, onRestored = ignore } = options;
  const sqlite = openDatabase(authDir, masterKey, adoptPlaintext);
  removeCopies(authDir);
  const backup = new RestoredBackup(sqlite, authDir);
  if (backup.check(clock)) onRestored();
  const dataKeys = masterKey && new DataKeys(sqlite, masterKey);
  const vault = dataKeys ? new SealingVault(sqlite, dataKeys) : plainVault;
  const db = new Database(sqlite, { clock, onCommit });
  const copies = db.copiesIn(authDir);
  const stores = createStores(db, { clock, vault, onDamage });
  return {
    ...stores,
    masterKey: { change: (sealed) => db.exclusive(() => changeMasterKey(sqlite, dataKeys, sealed)) },
    backup: { create: () => copies.create() },
    space: new SqliteSpace(db, stores, clock),
    check: () => db.check(),
    prune: async (callbackRetentionMs, signal, awaited) => {
      const { awaitedNumbers, callbacks, sentMessages, idempotency, journal, pollVotes } = stores;
      const { chatTimers, contactNames, damagedValues, scheduledMessages, subscriptions, furtherEvents } = stores;
      const { refusals } = stores;
      // A message that WhatsApp delivers again is recognized by its callback, as long as the journal can answer it.
      const settledBeforeMs = clock.now() - Math.max(callbackRetentionMs, REDELIVERY_WINDOW_MS);
      const late = awaitedNow(awaited, clock.now());
      const others = [
        sentMessages,
        scheduledMessages,
        idempotency,
        journal,
        pollVotes,
        chatTimers,
        contactNames,
        damagedValues,
        refusals,
      ];
      const pieces = [
        (limit: number) => awaitedNumbers.prune(limit),
        ...callbacks.pruning(settledBeforeMs, late),
        ...subscriptions.pruning(settledBeforeMs),
        (limit: number) => furtherEvents.prune(settledBeforeMs, late, limit),
        ...others.map((store) => (limit: number) => store.prune(limit)),
      ];
      await pruneInPieces(db, pieces, { signal });
      await giveBackInPieces(db, signal);
      // What was overwritten, such as the data key of a removed session, stays in the write-ahead log until it is emptied.
      await db.exclusive(() => {
        backup.renew();
        db.checkpoint();
      });
    },
    [Symbol.asyncDispose]: () =>
      db.exclusive(() => {
        stores.heldCallbacks.close();
        db.close();
      }),
  };
}
