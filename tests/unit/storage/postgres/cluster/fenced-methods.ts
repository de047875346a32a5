import type { PhoneNumber } from '../../../../../src/domain/address.ts';
import type { KeptMessage } from '../../../../../src/domain/kept-message.ts';
import type { JournalEntry, MessageKey } from '../../../../../src/ports/signal.ts';
import type { ScheduledMessage } from '../../../../../src/domain/scheduled-message.ts';
import type { Subscription } from '../../../../../src/domain/subscription.ts';
import type { DeliveryQueue, PendingCallback } from '../../../../../src/ports/callbacks.ts';
import type { Storage } from '../../../../../src/ports/storage.ts';
import { ANA, qr, record, statusUpdate } from '../../../../contracts/storage/support.ts';

/** What a call of a method may need. */
export interface Stored {
  storage: Storage;
  /** A pending callback, a QR, and a dead letter. */
  pending: PendingCallback;
  dead: PendingCallback;
}

const ENTRY: JournalEntry = {
  ...{ ciphertextHash: Buffer.from('otro'), messageKey: 'message' as MessageKey, delivery: 'd', parts: 1, attrs: {} },
  plaintext: Buffer.from('texto'),
};
const FILE = { sessionId: ANA, messageId: 'M9', path: 'x', mimetype: null, fileName: 'x', size: 1, createdAtMs: 1 };
const KEPT: KeptMessage = {
  ...{ messageId: 'M1', chatId: '1@lid', author: '', sentAtMs: 1, status: 'sent' },
  content: { type: 'text', text: 'x' } as KeptMessage['content'],
};
const LATER_MESSAGE: ScheduledMessage = {
  ...{ id: 1, sessionId: ANA, messageId: 'M6', body: '{}', sendAtMs: 1, state: 'scheduled', attempts: 0 },
  ...{ failure: null, createdAtMs: 1, settledAtMs: null },
};
/** A receiver besides the main backend. */
export const SHOP: Subscription = {
  ...{ id: 'sub_shop', name: '', url: 'https://shop.example.com/', events: null, sessions: null, headers: {} },
  ...{ secret: 'whsec_', isPaused: false, createdAtMs: 1 },
};

function shopOf({ subscriptions }: Storage): DeliveryQueue {
  return subscriptions.queueOf(SHOP);
}

const PRESENCE = {
  kind: 'presence',
  body: {
    session_id: ANA,
    timestamp: '',
    chat_id: '',
    presence: 'available',
    last_seen: null,
    number: null,
    lid: null,
  },
} as const;
const NOTE = { atMs: 5, what: 'damaged', why: null } as const;

/** Every method that writes rows of a session, as a node calls it for a session that it has lost. */
export const WRITES: Record<string, (it: Stored) => Promise<unknown>> = {
  'sessions.commit': ({ storage }) => storage.sessions.commit(record(ANA, { phase: 'lost' }), [statusUpdate(ANA, 'n')]),
  'sessions.commitAll': ({ storage }) =>
    storage.sessions.commitAll(record(ANA), [{ events: [qr(ANA, 'q9')], writes: { note: NOTE } }]),
  'sessions.remove': ({ storage }) => storage.sessions.remove(ANA, []),
  'sentMessages.add': ({ storage }) =>
    storage.sentMessages.add(ANA, { messageId: 'M8', to: '1@lid', toNumber: null, content: Buffer.from('x') }),
  'sentMessages.progress': ({ storage }) =>
    storage.sentMessages.progress(ANA, { messageId: 'M1', status: 'delivered', event: statusUpdate(ANA, 'progress') }),
  'scheduledMessages.add': ({ storage }) => storage.scheduledMessages.add({ ...LATER_MESSAGE, messageId: 'M7' }, 9),
  'scheduledMessages.postpone': ({ storage }) =>
    storage.scheduledMessages.postpone(LATER_MESSAGE, { code: 'x', message: '' }, 1),
  'scheduledMessages.settle': ({ storage }) =>
    storage.scheduledMessages.settle(LATER_MESSAGE, { state: 'canceled', failure: null }),
  'conversations.begun': ({ storage }) => storage.conversations.begun(ANA, '5491'),
  'refusals.noted': ({ storage }) => storage.refusals.noted(ANA, '463'),
  'awaitedNumbers.known': ({ storage }) =>
    storage.awaitedNumbers.known(ANA, new Map([['1@lid', '5491' as PhoneNumber]])),
  'contactNames.learn': ({ storage }) => storage.contactNames.learn(ANA, [{ person: '1', pushName: 'Otra' }]),
  'labels.learn': ({ storage }) =>
    storage.labels.learn(ANA, { changes: [{ what: 'deleted', labelId: '1' }], isWhole: false }),
  'joinRequests.wait': ({ storage }) => storage.joinRequests.wait(ANA, { groupId: '1@g.us', names: ['5491'] }),
  'joinRequests.forget': ({ storage }) => storage.joinRequests.forget(ANA, { groupId: '1@g.us', names: ['5491'] }),
  'history.setDays': ({ storage }) => storage.history.setDays(ANA, 3),
  'history.add': ({ storage }) => storage.history.add(ANA, [KEPT]),
  'history.progressed': ({ storage }) => storage.history.progressed(ANA, 'M1', 'read'),
  'history.numbersKnown': ({ storage }) =>
    storage.history.numbersKnown(ANA, new Map([['1@lid', '5491' as PhoneNumber]])),
  'history.removeChat': ({ storage }) => storage.history.removeChat(ANA, '1@lid'),
  'signalKeys.saveCredentials': ({ storage }) => storage.signalKeys.saveCredentials(ANA, 'otras'),
  'signalKeys.set': ({ storage }) => storage.signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'viejo' }], ENTRY),
  'signalKeys.unreadable': ({ storage }) => storage.signalKeys.unreadable(ANA, { type: 'session', id: '1' }),
  'signalKeys.forget': ({ storage }) => storage.signalKeys.forget(ANA),
  'callbacks.next': ({ storage }) => storage.callbacks.next(ANA),
  'callbacks.failed': ({ storage, pending }) => storage.callbacks.failed(pending, 'no', 1),
  'callbacks.unconfirmed': ({ storage, pending }) => storage.callbacks.unconfirmed(pending, 'no', 1),
  'callbacks.dead': ({ storage, pending }) => storage.callbacks.dead(pending, 'no', 1),
  'callbacks.substitute': ({ storage, pending }) => storage.callbacks.substitute(pending, NOTE),
  'callbacks.unwanted': ({ storage, pending }) => storage.callbacks.unwanted(pending, 1),
  'archive.retry': ({ storage, dead }) => storage.archive.retry(dead.id),
  'archive.discard': ({ storage, dead }) => storage.archive.discard(dead.id),
  'archive.replay': ({ storage }) =>
    storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER }),
  'heldCallbacks.release': ({ storage }) => storage.heldCallbacks.release('held', { path: 'x', download_error: null }),
  'mediaIndex.put': ({ storage }) => storage.mediaIndex.put(FILE),
  'furtherEvents.add': ({ storage }) => storage.furtherEvents.add(ANA, [{ event: PRESENCE, webhookId: 'presence' }]),
  'subscriptions.rewind': ({ storage }) => storage.subscriptions.rewind(SHOP.id, ANA, 0),
  'subscriptionQueue.failed': ({ storage, pending }) => shopOf(storage).failed(pending, 'no', 1),
  'subscriptionQueue.unconfirmed': ({ storage, pending }) => shopOf(storage).unconfirmed(pending, 'no', 1),
  'subscriptionQueue.dead': ({ storage, pending }) => shopOf(storage).dead(pending, 'no', 1),
  'subscriptionQueue.substitute': ({ storage, pending }) => shopOf(storage).substitute(pending, NOTE),
  'subscriptionQueue.unwanted': ({ storage, pending }) => shopOf(storage).unwanted(pending, 1),
};

/** Those that nobody waits for: they resolve, and write nothing. */
export const LATER: Record<string, (it: Stored) => Promise<unknown>> = {
  'callbacks.delivered': ({ storage, pending }) => storage.callbacks.delivered(pending, 1),
  'subscriptionQueue.delivered': ({ storage, pending }) => shopOf(storage).delivered(pending, 1),
};

/** Methods that write nothing of a session, or make it this node's own. */
export const OTHERS: readonly string[] = [
  ...['sessions.all', 'sessions.some', 'sessions.counts', 'sessions.create', 'sessions.proxyOf', 'sessions.routeOf'],
  ...['scheduledMessages.of', 'scheduledMessages.find', 'scheduledMessages.next', 'scheduledMessages.sessionsWithDue'],
  ...['sentMessages.find', 'sentMessages.state', 'sentMessages.countSince', 'sentMessages.unanswered'],
  ...[
    'conversations.isKnown',
    'conversations.begunSince',
    'conversations.answersSince',
    'refusals.of',
    'pollVotes.of',
    'chatTimers.of',
    'awaitedNumbers.of',
  ],
  ...[
    'contactNames.of',
    'contactNames.list',
    'labels.all',
    'labels.items',
    'joinRequests.known',
    'timeline.of',
    'accountIds.idOf',
    'accountIds.elderOf',
    'accountIds.aliasOf',
    'accountIds.aliases',
  ],
  ...['signalKeys.credentials', 'signalKeys.get', 'journal.find', 'journal.withId', 'journal.leftOver'],
  ...['callbacks.onReady', 'callbacks.onRetry', 'callbacks.sessionsWithPending', 'callbacks.counts'],
  // They only remove, whoever owns it.
  ...['makeReadable', 'forget', 'removeScheduled'].map((method) => `people.${method}`),
  // Both remove what is too old, whoever owns it.
  ...[
    'history.removeOlder',
    'history.prune',
    'history.daysOf',
    'history.chatOf',
    'history.page',
    'history.chats',
    'history.oldest',
    'history.count',
  ],
  ...['archive.list', 'archive.find', 'archive.events', 'heldCallbacks.all', 'damagedValues.count'],
  ...[
    'mediaIndex.find',
    'mediaIndex.olderThan',
    'mediaIndex.remove',
    'settings.get',
    'settings.set',
    'settings.setIfMissing',
  ],
  ...[
    'subscriptions.all',
    'subscriptions.add',
    'subscriptions.change',
    'subscriptions.remove',
    'subscriptions.queueOf',
  ],
  ...['subscriptions.counts', 'subscriptions.deadLetters', 'subscriptions.letterOf', 'subscriptions.removeDeadLetter'],
  // It writes that the subscription has passed a hundred unwanted events, which is not so here.
  ...['onReady', 'onRetry', 'sessionsWithPending', 'next'].map((method) => `subscriptionQueue.${method}`),
  ...['apiKeys.all', 'apiKeys.add', 'apiKeys.remove'],
  ...['add', 'find', 'list', 'change', 'remove', 'removeBefore'].map((method) => `drafts.${method}`),
  ...['last', 'add', 'chains', 'of', 'list', 'removeBefore'].map((method) => `audit.${method}`),
  ...['idempotency.find', 'idempotency.reserve', 'idempotency.save'],
];

/** Methods that stores call of each other: they add to a transaction that is fenced, or wait for one. */
export const INTERNAL: readonly string[] = [
  ...['journal.add', 'journal.handled', 'pollVotes.cast', 'chatTimers.note', 'awaitedNumbers.add'],
  ...[
    'conversations.heardFrom',
    'history.keep',
    'timeline.add',
    'timeline.addIfThere',
    'accountIds.announced',
    'accountIds.addAlias',
  ],
  ...['damagedValues.readable', 'damagedValues.damaged', 'damagedValues.setAside'],
  ...['heldCallbacks.holds', 'heldCallbacks.close'],
  ...[
    'sentMessages',
    'scheduledMessages',
    'journal',
    'pollVotes',
    'chatTimers',
    'awaitedNumbers',
    'contactNames',
    'damagedValues',
    'refusals',
  ].map((store) => `${store}.pruning`),
  ...['idempotency.pruning', 'subscriptions.pruning', 'furtherEvents.pruning'],
];
