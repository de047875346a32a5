import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { IncomingMessage, MessageContent } from '../../../src/domain/message.ts';
import type { OutgoingContent } from '../../../src/domain/outgoing.ts';
import { HistoryDays } from '../../../src/sessions/history/history-days.ts';
import { HistoryKeeper } from '../../../src/sessions/history/history-keeper.ts';
import { ANA, record, startStorage, type TestStorage } from '../../contracts/storage/support.ts';

const LUZ = '5491100000001' as PhoneNumber;
const LUZ_LID = '777@lid';
const LUZ_JID = `${LUZ}@s.whatsapp.net`;
const DAY_MS = 86_400_000;

function message(change: Partial<IncomingMessage> = {}): IncomingMessage {
  const content = { type: 'text', text: 'hola', media: null, contacts: [], poll: null } as unknown as MessageContent;
  return {
    ...{ id: 'M1', chatId: LUZ_LID, isGroup: false, groupName: null, fromMe: false, sentAtMs: 5, offline: false },
    sender: { number: LUZ, lid: LUZ_LID, pushName: 'Luz' },
    content,
    ...change,
  };
}

/** A keeper for sessions that keep messages for so many days, and know who Luz is. */
async function startKeeper(days = 30) {
  const db: TestStorage = await startStorage();
  await db.storage.sessions.commit(record(ANA), []);
  const { history: store } = db.storage;
  const keeper = new HistoryKeeper({
    ...{ store, days: new HistoryDays(store, days), clock: db.clock },
    personOf: (_, jid) => Promise.resolve({ number: jid === LUZ_LID ? LUZ : null, lid: jid }),
  });
  return { db, keeper, store, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() };
}

it.each<[string, Partial<IncomingMessage>, string, string]>([
  ['of a person, under the number', {}, LUZ_JID, LUZ],
  ['of a person whose number is unknown', { sender: { number: null, lid: '9@lid', pushName: null } }, '9@lid', '9@lid'],
  ['of a group', { isGroup: true, chatId: '1@g.us' }, '1@g.us', LUZ],
  ['of the owner, to somebody who is named by LID', { fromMe: true }, LUZ_JID, ''],
  ['of the owner, to somebody whose number is unknown', { fromMe: true, chatId: '9@lid' }, '9@lid', ''],
])('keeps a message %s', async (_, change, chatId, author) => {
  await using scene = await startKeeper();

  expect(await scene.keeper.received(ANA, message(change))).toMatchObject({ chatId, author, status: null });
});

it('bounds what strangers choose, and dates nothing in the future', async () => {
  await using scene = await startKeeper();
  const nowMs = scene.db.clock.now();
  const long = `${'x'.repeat(9_000)}@lid`;
  const hostile = message({ id: 'I'.repeat(9_000), chatId: long, sentAtMs: nowMs + DAY_MS });
  const kept = await scene.keeper.received(ANA, { ...hostile, sender: { number: null, lid: long, pushName: null } });

  expect(kept).toMatchObject({ messageId: expect.stringMatching(/^sha256-.{43}$/), sentAtMs: nowMs });
  expect(kept!.author).toBe(kept!.chatId);
  expect(kept!.chatId.length).toBeLessThan(60);
});

it.each<[OutgoingContent, object]>([
  [{ type: 'text', text: 'hola' }, { text: 'hola' }],
  [
    { type: 'edit', messageId: 'A', text: 'otra' },
    { text: 'otra', editedMessageId: 'A' },
  ],
  [{ type: 'delete', messageId: 'A' }, { deletedMessageId: 'A' }],
  [{ type: 'reaction', messageId: 'A', emoji: null }, { reaction: { message_id: 'A', emoji: null } }],
  [
    { type: 'poll', poll: { name: '¿?', options: ['a'], selectable_count: 1 } },
    { poll: { name: '¿?', options: ['a'] } },
  ],
  [
    { type: 'contact', contacts: [{ name: 'Luz', numbers: [LUZ], vcard: 'V' }] },
    { contacts: [{ name: 'Luz', numbers: [LUZ] }] },
  ],
  [
    { type: 'location', location: { latitude: 1, longitude: 2, name: 'x', address: null } },
    { location: { latitude: 1 } },
  ],
  [{ type: 'forward', messageId: 'A' }, { text: null }],
])('keeps what is sent: %j', async (content, kept) => {
  await using scene = await startKeeper();
  const sent = { messageId: 'M1', to: LUZ_LID, toNumber: LUZ, content: Buffer.from('x') };
  const outgoing = { to: null, content, replyTo: 'R', mentions: [] };

  await scene.db.clock.advance(400);
  const message = await scene.keeper.sent(ANA, outgoing, sent);
  expect(message).toMatchObject({
    ...{ chatId: LUZ_JID, author: '', status: 'pending' },
    content: { type: content.type, quotedMessageId: 'R', ...kept },
  });
  // As WhatsApp's times are: what is answered within the same second stays before its answer.
  expect(message!.sentAtMs % 1000).toBe(0);
});

it.each([0, 2])('leaves nothing of the past that is too old once only %d days are wanted meanwhile', async (wanted) => {
  await using db = await startStorage();
  await db.storage.sessions.commit(record(ANA), []);
  const { history: store } = db.storage;
  const days = new HistoryDays(store, 30);
  const nowMs = db.clock.now();
  const keeper = new HistoryKeeper({
    ...{ store, days, clock: db.clock },
    // While it looks for a name, somebody changes the setting, and what is stored by then is removed.
    personOf: async (_, jid) => {
      await days.set(ANA, wanted);
      await store.removeOlder(ANA, wanted === 0 ? nowMs + 1 : nowMs - wanted * DAY_MS);
      return { number: null, lid: jid };
    },
  });

  await keeper.past(ANA, [
    message({ id: 'new', fromMe: true, sentAtMs: nowMs - DAY_MS }),
    message({ id: 'old', fromMe: true, sentAtMs: nowMs - 3 * DAY_MS }),
  ]);

  const left = (await store.page(ANA, { limit: 9 })).map(({ messageId }) => messageId);
  expect(left).toEqual(wanted === 0 ? [] : ['new']);
});

it('keeps of the past what is not too old, and nothing for a session that keeps nothing', async () => {
  await using scene = await startKeeper(2);
  const { keeper, store, db } = scene;
  const nowMs = db.clock.now();
  const past = [message({ id: 'new', sentAtMs: nowMs - DAY_MS }), message({ id: 'old', sentAtMs: nowMs - 3 * DAY_MS })];
  await keeper.past(ANA, past);
  expect((await store.page(ANA, { limit: 9 })).map(({ messageId }) => messageId)).toEqual(['new']);

  await using other = await startKeeper(0);
  await other.keeper.past(ANA, past);
  await other.keeper.progressed(ANA, 'M1', 'read');
  await other.keeper.numbersKnown(ANA, new Map([[LUZ_LID, LUZ]]));
  expect(await other.keeper.received(ANA, message())).toBeUndefined();
  expect(await other.store.page(ANA, { limit: 9 })).toEqual([]);
});
