import type { ApiKey } from '../../../src/domain/access.ts';
import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { KeptMessage } from '../../../src/domain/kept-message.ts';
import type { FurtherEvent } from '../../../src/domain/further-event.ts';
import type { Subscription } from '../../../src/domain/subscription.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { NO_PROFILE } from '../../../src/domain/session-profile.ts';
import { Secret } from '../../../src/kit/secret.ts';
import type { JournalEntry, MessageKey } from '../../../src/ports/signal.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { testFolder } from '../../harness/test-folder.ts';

/** The clock of these databases. */
export const clock = new ManualClock();

const ENTRY: JournalEntry = {
  ciphertextHash: Buffer.from('hash'),
  messageKey: 'message' as MessageKey,
  delivery: 'delivery',
  parts: 1,
  attrs: { id: 'M2', notify: 'canary-push-name' },
  plaintext: Buffer.from('canary-plaintext'),
};

/** Brings a database back to what it was before the migrations 17 to 19. */
export const UNDO_17_TO_21 = `DROP TABLE contact_names; DROP TABLE chat_timers; DROP TABLE further_events; DROP TABLE refusals;
  ALTER TABLE conversations DROP COLUMN answered_at_ms;
  ALTER TABLE api_keys DROP COLUMN limits; ALTER TABLE sent_messages DROP COLUMN vote;
  DROP TABLE chat_labels; DROP TABLE labeled_items; DROP TABLE join_requests; DROP TABLE kept_messages; DROP TABLE history_settings;
  ALTER TABLE sequences DROP COLUMN last_further; ALTER TABLE subscription_progress DROP COLUMN further;
  ALTER TABLE callbacks ADD COLUMN after_webhook_id TEXT;
  CREATE INDEX callbacks_waiting ON callbacks (after_webhook_id) WHERE state = 'pending' AND after_webhook_id IS NOT NULL`;

/** The number of API keys so far, so that each has an id of its own. */
let keyCount = 0;
const keyFor = (id: SessionId): ApiKey => ({
  ...{ keyId: `key of ${id} ${++keyCount}`, name: '', hash: 'canary-hash-of-a-key', createdAtMs: 1 },
  ...{ scopes: ['sessions:read'], sessions: id === ANA ? [ANA] : null },
  limits: { recipients: ['5491'], approval: true },
});

/** A webhook that receives what happens in one session. */
const hookOf = (id: SessionId): Subscription => ({
  ...{
    id: `sub_${id}`,
    name: 'canary-hook',
    url: 'https://shop.example.com/',
    events: null,
    sessions: [id],
    headers: {},
  },
  ...{ secret: 'whsec_canary', isPaused: false, createdAtMs: 1 },
});

/** Stores one of everything that is encrypted, each with a word of its own. */
export async function fill(storage: Storage, id: SessionId): Promise<void> {
  const update = statusUpdate(id, `${id}-update`);
  await storage.sessions.commit(record(id), [
    {
      ...update,
      event: { ...update.event, body: { ...update.event.body, error_message: 'canary-callback' } } as never,
    },
  ]);
  const profile = { ...NO_PROFILE, name: 'canary-session-name', metadata: { note: 'canary-metadata' } };
  const proxy = new Secret('http://user:canary-proxy@proxy.example.com');
  await storage.sessions.commit(record(id, { profile }), [], { profile, proxy });
  await storage.signalKeys.saveCredentials(id, '{"noiseKey":"canary-credentials"}');
  await storage.signalKeys.set(id, [{ type: 'session', id: '1', value: '"canary-signal-key"' }], ENTRY);
  await storage.sentMessages.add(id, {
    ...{ messageId: 'M1', to: '1@lid', toNumber: null },
    content: Buffer.from('canary-sent'),
    vote: { pollId: 'Q', voter: '1@lid', names: ['1@lid'], options: ['canary-own-option'], votedAtMs: 1 },
  });
  await storage.scheduledMessages.add(
    { sessionId: id, messageId: 'M3', body: '"canary-scheduled"', sendAtMs: 1_111_111_111_111 },
    9,
  );
  await storage.sessions.commit(record(id), [], {
    vote: { pollId: 'P', voter: '1@lid', names: ['1@lid'], options: ['canary-option'], votedAtMs: 1 },
    kept: {
      ...{ messageId: 'M3', chatId: '1@lid', author: '1@lid', sentAtMs: 1, status: null },
      content: { type: 'text', text: 'canary-kept', authorName: 'canary-author' } as KeptMessage['content'],
    },
    timer: { names: ['1@lid'], seconds: 86_400, setAtMs: 1_111_111_111_111, saidAtMs: 1_111_111_111_111 },
  });
  await storage.contactNames.learn(id, [
    { person: '5491', pushName: 'canary-name', savedName: 'canary-saved-name', username: 'canary-username' },
  ]);
  const label = { labelId: '1', name: 'canary-label', color: 3, predefinedId: null };
  await storage.labels.learn(id, { changes: [{ what: 'edited', label }], isWhole: false });
  const hooks = await storage.subscriptions.all();
  if (!hooks.some((hook) => hook.id === hookOf(id).id)) await storage.subscriptions.add(hookOf(id));
  const further = { kind: 'call', body: { session_id: id, timestamp: '', call_id: 'canary-further' } } as FurtherEvent;
  await storage.furtherEvents.add(id, [{ event: further, webhookId: `${id}-call` }]);
  await storage.settings.set(`of ${id}`, 'canary-setting');
  await storage.apiKeys.add(keyFor(id));
  await storage.idempotency.save('scope', id, { requestHash: 'canary-hash', status: 200, body: '"canary-answer"' });
  await storage.mediaIndex.put({
    ...{ sessionId: id, messageId: 'M2', path: `${id}/M2.pdf`, mimetype: null, size: 1, createdAtMs: 1 },
    fileName: 'canary-file-name.pdf',
  });
}

/** Everything that {@link fill} stored, as the stores return it. */
export async function contents(storage: Storage, id: SessionId) {
  const proxy = await storage.sessions.proxyOf(id);
  return {
    profile: (await storage.sessions.some([id])).map((each) => each.profile),
    proxy: proxy instanceof Secret ? proxy.reveal() : proxy,
    credentials: await storage.signalKeys.credentials(id),
    key: await storage.signalKeys.get(id, 'session', ['1']),
    recalled: await storage.journal.find(id, ENTRY.ciphertextHash, ENTRY.messageKey),
    entries: await storage.journal.withId(id, 'M2'),
    leftOver: await storage.journal.leftOver(id),
    sent: await storage.sentMessages.find(id, 'M1'),
    scheduled: await storage.scheduledMessages.find(id, 'M3'),
    votes: await storage.pollVotes.of(id, 'P'),
    timer: await storage.chatTimers.of(id, ['1@lid']),
    labels: await storage.labels.all(id),
    kept: await storage.history.page(id, { limit: 9 }),
    callbacks: await storage.archive.list({ sessionId: id }, { after: 0, limit: 9 }),
    webhook: (await storage.subscriptions.all()).find((each) => each.id === `sub_${id}`),
    further: await storage.subscriptions.queueOf(hookOf(id)).next(id),
    answer: await storage.idempotency.find('scope', id),
    name: await storage.contactNames.of(id, { number: '5491' as PhoneNumber, lid: null }),
    setting: await storage.settings.get(`of ${id}`),
    apiKeys: await storage.apiKeys.all(),
    file: await storage.mediaIndex.find({ sessionId: id, messageId: 'M2' }),
  };
}

/** A folder with a closed database that has one of everything, of these sessions. */
export async function filledFolder(masterKey: Secret | null, ids: SessionId[] = [ANA]): Promise<string> {
  const folder = await testFolder();
  await using storage = openStorage(folder, clock, masterKey);
  for (const id of ids) await fill(storage, id);
  return folder;
}
