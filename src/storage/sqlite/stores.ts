import { type Clock } from '../../kit/clock.ts';
import { type Vault } from '../shared/encryption/vault.ts';
import { SqliteApiKeyStore } from './admin/api-keys.ts';
import { SqliteIdempotencyStore } from './admin/idempotency.ts';
import { SqliteSettingsStore } from './admin/settings.ts';
import { SqliteCallbackArchive } from './callbacks/callback-archive.ts';
import { SqliteCallbackQueue } from './callbacks/callback-queue.ts';
import { SqliteHeldCallbacks } from './callbacks/held-callbacks.ts';
import { Outbox } from './callbacks/outbox.ts';
import { ReadySignal } from './callbacks/ready-signal.ts';
import { WaitingQrs } from './callbacks/waiting-qrs.ts';
import { type Database } from './database.ts';
import { SqliteAccountIdStore } from './sessions/account-ids.ts';
import { SqliteAwaitedNumberStore } from './sessions/awaited-numbers.ts';
import { SqliteConversationStore } from './sessions/conversations.ts';
import { SqliteMediaIndex } from './sessions/media-index.ts';
import { SqlitePollVoteStore } from './sessions/poll-votes.ts';
import { SqliteSentMessageStore } from './sessions/sent-messages.ts';
import { SqliteSessionStore } from './sessions/sessions.ts';
import { SqliteTimeline } from './sessions/timeline.ts';
import { DeviceMove } from './signal/device-move.ts';
import { SqliteJournal } from './signal/journal.ts';
import { SqliteSignalKeyStore } from './signal/signal-keys.ts';

/** Creates the stores over one database. */
export function createStores(db: Database, { clock, vault }: { clock: Clock; vault: Vault }) {
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
  const accountIds = new SqliteAccountIdStore(db, clock);
  const sessionDeps = { journal, pollVotes, awaitedNumbers, conversations, timeline, accountIds };
  return {
    ...sessionDeps,
    sessions: new SqliteSessionStore(db, {
      ...{ ...sessionDeps, outbox, vault },
      deviceMove: new DeviceMove(db, vault),
    }),
    sentMessages: new SqliteSentMessageStore(db, { clock, outbox, vault }),
    signalKeys: new SqliteSignalKeyStore(db, journal, vault),
    callbacks: new SqliteCallbackQueue(db, { readySignal, retrySignal, held: heldCallbacks, vault, qrs, timeline }),
    archive: new SqliteCallbackArchive(db, { readySignal, retrySignal, clock, vault }),
    heldCallbacks,
    mediaIndex: new SqliteMediaIndex(db, vault),
    settings: new SqliteSettingsStore(db, vault),
    apiKeys: new SqliteApiKeyStore(db, vault),
    idempotency: new SqliteIdempotencyStore(db, clock, vault),
  };
}
