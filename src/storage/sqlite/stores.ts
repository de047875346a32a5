import type { Clock } from '../../kit/clock.ts';
import type { Damage } from '../../ports/storage.ts';
import type { Vault } from '../shared/encryption/vault.ts';
import { SqliteApiKeyStore } from './admin/api-keys.ts';
import { SqliteAuditStore } from './admin/audit.ts';
import { SqliteDraftStore } from './admin/drafts.ts';
import { SqliteIdempotencyStore } from './admin/idempotency.ts';
import { SqliteSettingsStore } from './admin/settings.ts';
import { SqliteCallbackArchive } from './callbacks/callback-archive.ts';
import { SqliteCallbackQueue } from './callbacks/callback-queue.ts';
import { SqliteFurtherEventStore } from './callbacks/further-events.ts';
import { SqliteHeldCallbacks } from './callbacks/held-callbacks.ts';
import { Outbox } from './callbacks/outbox.ts';
import { FreshCallbacks } from '../shared/callbacks/fresh-callbacks.ts';
import { ReadySignal } from '../shared/callbacks/ready-signal.ts';
import { SqliteSubscriptionStore } from './callbacks/subscriptions.ts';
import { WaitingQrs } from './callbacks/waiting-qrs.ts';
import { SqliteDamagedValues } from './damage/damaged-values.ts';
import type { Database } from './database.ts';
import { SqliteAccountIdStore } from './sessions/account-ids.ts';
import { SqliteAwaitedNumberStore } from './sessions/awaited-numbers.ts';
import { SqliteContactNameStore } from './sessions/contact-names.ts';
import { SqliteChatTimerStore } from './sessions/chat-timers.ts';
import { SqliteConversationStore } from './sessions/conversations.ts';
import { SqliteHistoryStore } from './sessions/history.ts';
import { SqliteJoinRequestStore } from './sessions/join-requests.ts';
import { SqliteLabelStore } from './sessions/labels.ts';
import { SqliteMediaIndex } from './sessions/media-index.ts';
import { SqlitePeopleStore } from './sessions/people.ts';
import { SqlitePollVoteStore } from './sessions/poll-votes.ts';
import { SqliteRefusalStore } from './sessions/refusals.ts';
import { SqliteScheduledMessageStore } from './sessions/scheduled-messages.ts';
import { SqliteSentMessageStore } from './sessions/sent-messages.ts';
import { SqliteSessionStore } from './sessions/sessions.ts';
import { SqliteSessionProfiles } from './sessions/session-profiles.ts';
import { SqliteTimeline } from './sessions/timeline.ts';
import { DeviceMove } from './signal/device-move.ts';
import { SqliteJournal } from './signal/journal.ts';
import { SqliteSignalKeyStore } from './signal/signal-keys.ts';

/** What the stores of one database share. */
export interface StoresDeps {
  clock: Clock;
  vault: Vault;
  onDamage: (damage: Damage) => void;
}

/** Creates the stores over one database. */
export function createStores(db: Database, { clock, vault, onDamage }: StoresDeps) {
  const readySignal = new ReadySignal();
  const retrySignal = new ReadySignal();
  const furtherSignal = new ReadySignal();
  const fresh = new FreshCallbacks();
  db.onUndone(() => fresh.forgetAll());
  const qrs = new WaitingQrs(db, fresh);
  const outbox = new Outbox(db, { clock, readySignal, vault, qrs, fresh });
  const timeline = new SqliteTimeline(db);
  const damaged = new SqliteDamagedValues(db, { timeline, clock, onDamage });
  const sealed = { vault, damaged };
  const journal = new SqliteJournal(db, { clock, ...sealed });
  const pollVotes = new SqlitePollVoteStore(db, { clock, ...sealed });
  const chatTimers = new SqliteChatTimerStore(db, { clock, ...sealed });
  const heldCallbacks = new SqliteHeldCallbacks(db, { readySignal, clock, vault });
  const conversations = new SqliteConversationStore(db, clock);
  const awaitedNumbers = new SqliteAwaitedNumberStore(db, { clock, outbox, vault, fresh });
  const accountIds = new SqliteAccountIdStore(db, clock);
  const history = new SqliteHistoryStore(db, { clock, ...sealed });
  const sessionDeps = { history, journal, pollVotes, chatTimers, awaitedNumbers, conversations, timeline, accountIds };
  return {
    ...sessionDeps,
    damagedValues: damaged,
    people: new SqlitePeopleStore(db),
    sessions: new SqliteSessionStore(db, {
      ...{ ...sessionDeps, outbox, ...sealed },
      deviceMove: new DeviceMove(db, vault),
      profiles: new SqliteSessionProfiles(db, sealed),
    }),
    scheduledMessages: new SqliteScheduledMessageStore(db, { clock, outbox, ...sealed }),
    sentMessages: new SqliteSentMessageStore(db, { clock, outbox, history, pollVotes, ...sealed }),
    signalKeys: new SqliteSignalKeyStore(db, { journal, ...sealed }),
    callbacks: new SqliteCallbackQueue(db, {
      ...{ readySignal, retrySignal, held: heldCallbacks, qrs, clock, timeline, fresh },
      ...sealed,
    }),
    archive: new SqliteCallbackArchive(db, { readySignal, retrySignal, fresh, clock, vault }),
    contactNames: new SqliteContactNameStore(db, { clock, ...sealed }),
    labels: new SqliteLabelStore(db, { clock, ...sealed }),
    joinRequests: new SqliteJoinRequestStore(db, clock),
    refusals: new SqliteRefusalStore(db, clock),
    heldCallbacks,
    furtherEvents: new SqliteFurtherEventStore(db, { clock, furtherSignal, vault }),
    subscriptions: new SqliteSubscriptionStore(db, {
      clock,
      readySignal,
      furtherSignal,
      held: heldCallbacks,
      ...sealed,
    }),
    mediaIndex: new SqliteMediaIndex(db, sealed),
    settings: new SqliteSettingsStore(db, sealed),
    apiKeys: new SqliteApiKeyStore(db, sealed),
    audit: new SqliteAuditStore(db),
    drafts: new SqliteDraftStore(db, sealed),
    idempotency: new SqliteIdempotencyStore(db, clock, vault),
  };
}
