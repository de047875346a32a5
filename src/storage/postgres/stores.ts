import type { Clock } from '../../kit/clock.ts';
import type { Damage } from '../../ports/storage.ts';
import { ReadySignal } from '../shared/callbacks/ready-signal.ts';
import { PostgresApiKeyStore } from './admin/api-keys.ts';
import { PostgresAuditStore } from './admin/audit.ts';
import { PostgresDraftStore } from './admin/drafts.ts';
import { PostgresIdempotencyStore } from './admin/idempotency.ts';
import { PostgresSettingsStore } from './admin/settings.ts';
import { UnrecordedDeliveries } from '../shared/callbacks/unrecorded-deliveries.ts';
import { BodyChanges } from './callbacks/body-changes.ts';
import { PostgresCallbackArchive } from './callbacks/callback-archive.ts';
import { PostgresCallbackQueue } from './callbacks/callback-queue.ts';
import { PostgresFurtherEventStore } from './callbacks/further-events.ts';
import { PostgresHeldCallbacks } from './callbacks/held-callbacks.ts';
import { Outbox } from './callbacks/outbox.ts';
import { PostgresSubscriptionStore } from './callbacks/subscriptions.ts';
import { PostgresDamagedValues } from './damage/damaged-values.ts';
import type { Holding } from './cluster/holding.ts';
import type { Database } from './database.ts';
import type { PostgresVault } from './encryption/vault.ts';
import { PostgresAccountIdStore } from './sessions/account-ids.ts';
import { PostgresAwaitedNumberStore } from './sessions/awaited-numbers.ts';
import { PostgresChatTimerStore } from './sessions/chat-timers.ts';
import { PostgresContactNameStore } from './sessions/contact-names.ts';
import { PostgresConversationStore } from './sessions/conversations.ts';
import { PostgresHistoryStore } from './sessions/history.ts';
import { PostgresJoinRequestStore } from './sessions/join-requests.ts';
import { PostgresLabelStore } from './sessions/labels.ts';
import { PostgresMediaIndex } from './sessions/media-index.ts';
import { PostgresPeopleStore } from './sessions/people.ts';
import { PostgresPollVoteStore } from './sessions/poll-votes.ts';
import { PostgresRefusalStore } from './sessions/refusals.ts';
import { PostgresScheduledMessageStore } from './sessions/scheduled-messages.ts';
import { PostgresSentMessageStore } from './sessions/sent-messages.ts';
import { PostgresSessionStore } from './sessions/sessions.ts';
import { PostgresSessionProfiles } from './sessions/session-profiles.ts';
import { PostgresTimeline } from './sessions/timeline.ts';
import { DeviceMove } from './signal/device-move.ts';
import { PostgresJournal } from './signal/journal.ts';
import { PostgresSignalKeyStore } from './signal/signal-keys.ts';

/** What the stores of one database share. */
export interface StoresDeps {
  clock: Clock;
  vault: PostgresVault;
  onDamage: (damage: Damage) => void;
  holding: Holding;
}

/** Creates the stores over one database. */
export function createStores(db: Database, { clock, vault, onDamage, holding }: StoresDeps) {
  const readySignal = new ReadySignal();
  const retrySignal = new ReadySignal();
  const furtherSignal = new ReadySignal();
  // What was stored without an answer, an event or a replay, has signalled nobody. Receivers of further events hear this one, too.
  db.onUnanswered((sessionIds) => readySignal.notify(sessionIds));
  const outbox = new Outbox(db, { clock, readySignal, vault, holding });
  const timeline = new PostgresTimeline(db);
  const damaged = new PostgresDamagedValues(db, { timeline, clock, onDamage });
  const sealed = { vault, damaged };
  const journal = new PostgresJournal(db, { clock, ...sealed });
  const pollVotes = new PostgresPollVoteStore(db, { clock, ...sealed });
  const heldCallbacks = new PostgresHeldCallbacks(db, { readySignal, clock, vault, holding });
  const conversations = new PostgresConversationStore(db, clock);
  const left = { unrecorded: new UnrecordedDeliveries(), bodyChanges: new BodyChanges() };
  const awaitedNumbers = new PostgresAwaitedNumberStore(db, { clock, outbox, vault, ...left });
  const accountIds = new PostgresAccountIdStore(db, clock);
  const chatTimers = new PostgresChatTimerStore(db, { clock, ...sealed });
  const history = new PostgresHistoryStore(db, { clock, ...sealed });
  const sessionDeps = { history, journal, pollVotes, chatTimers, awaitedNumbers, conversations, timeline, accountIds };
  const deviceMove = new DeviceMove(vault);
  const profiles = new PostgresSessionProfiles(db, sealed);
  return {
    ...sessionDeps,
    damagedValues: damaged,
    people: new PostgresPeopleStore(db, { vault, holding }),
    sessions: new PostgresSessionStore(db, { ...sessionDeps, outbox, deviceMove, holding, profiles, ...sealed }),
    scheduledMessages: new PostgresScheduledMessageStore(db, { clock, outbox, holding, ...sealed }),
    sentMessages: new PostgresSentMessageStore(db, { clock, outbox, holding, history, pollVotes, ...sealed }),
    signalKeys: new PostgresSignalKeyStore(db, { journal, ...sealed }),
    callbacks: new PostgresCallbackQueue(db, {
      ...{ readySignal, retrySignal, held: heldCallbacks, clock, timeline, holding },
      ...sealed,
      ...left,
    }),
    archive: new PostgresCallbackArchive(db, { readySignal, retrySignal, clock, vault, holding }),
    contactNames: new PostgresContactNameStore(db, { clock, ...sealed }),
    labels: new PostgresLabelStore(db, { clock, ...sealed }),
    joinRequests: new PostgresJoinRequestStore(db, clock),
    refusals: new PostgresRefusalStore(db, clock),
    heldCallbacks,
    furtherEvents: new PostgresFurtherEventStore(db, { clock, furtherSignal, vault }),
    subscriptions: new PostgresSubscriptionStore(db, {
      clock,
      readySignal,
      furtherSignal,
      held: heldCallbacks,
      holding,
      ...sealed,
    }),
    mediaIndex: new PostgresMediaIndex(db, sealed),
    settings: new PostgresSettingsStore(db, sealed),
    apiKeys: new PostgresApiKeyStore(db, sealed),
    audit: new PostgresAuditStore(db),
    drafts: new PostgresDraftStore(db, sealed),
    idempotency: new PostgresIdempotencyStore(db, clock, vault),
  };
}
