import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { HistoryMessage } from '../../../src/domain/kept-message.ts';
import { kept } from './history-message.ts';
import { ANA, BEA, contract, record, statusUpdate, UNSTORABLE } from './support.ts';

const LUZ = '5491100000001';
const LUZ_JID = `${LUZ}@s.whatsapp.net`;
const LUZ_LID = '777@lid';
const GROUP = '1203630@g.us';
const DAY_MS = 86_400_000;

const ids = (messages: readonly HistoryMessage[]) => messages.map(({ messageId }) => messageId);
const ALL = { limit: 100 };

contract('the history', (startStorage) => {
  it('keeps a message with what it causes, or neither', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    await sessions.commit(record(ANA), [statusUpdate(ANA, 'first')], { kept: kept('M1') });
    const unstorable = [{ ...statusUpdate(ANA, 'second'), webhookId: UNSTORABLE }];
    await expect(sessions.commit(record(ANA), unstorable, { kept: kept('M2') })).rejects.toThrow();
    await db.reopen();

    expect(await db.storage.history.page(ANA, ALL)).toEqual([{ ...kept('M1'), id: expect.any(Number) }]);
    expect(ids(await history.page(BEA, ALL).catch(() => []))).toEqual([]);
  });

  it('keeps a message once, and its content when that comes later', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    await sessions.commit(record(ANA), [], { kept: kept('M1', { type: 'undecryptable' }) });
    await sessions.commit(record(ANA), [], { kept: kept('M1', { text: 'hola' }) });
    await history.add(ANA, [
      kept('M1', { text: 'otra' }),
      kept('M1', { type: 'undecryptable' }),
      kept('M2'),
      kept('M2'),
    ]);

    expect((await history.page(ANA, ALL)).map(({ content }) => content.text)).toEqual(['text of M2', 'hola']);
  });

  it('returns pages, the newest first, of a session and of a conversation', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    await sessions.commit(record(ANA), []);
    const inGroup = { chatId: GROUP };
    await history.add(ANA, [
      ...[kept('M1', { sentAtMs: 10 }), kept('M2', { sentAtMs: 30 }), kept('M3', { sentAtMs: 20, ...inGroup })],
      kept('M4', { sentAtMs: 30 }),
    ]);

    const first = await history.page(ANA, { limit: 2 });
    expect(ids(first)).toEqual(['M4', 'M2']);
    const { sentAtMs: atMs, id } = first[1]!;
    expect(ids(await history.page(ANA, { after: { atMs, id }, limit: 9 }))).toEqual(['M3', 'M1']);
    expect(ids(await history.page(ANA, { chatId: LUZ_JID, limit: 9 }))).toEqual(['M4', 'M2', 'M1']);
    expect(ids(await history.page(ANA, { chatId: LUZ_JID, after: { atMs, id }, limit: 9 }))).toEqual(['M1']);
    expect(await history.chatOf(ANA, [LUZ_LID, GROUP, LUZ_JID])).toBe(GROUP);
    expect([await history.count(ANA, 9), await history.count(ANA, 3), await history.count(BEA, 9)]).toEqual([4, 3, 0]);
    expect(await history.chatOf(ANA, [LUZ_LID])).toBeUndefined();
  });

  it('returns the last message of each conversation, in pages', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    await sessions.commit(record(ANA), []);
    const chats = Array.from({ length: 5 }, (_, at) => `${at}@g.us`);
    await history.add(
      ANA,
      chats.flatMap((chatId, at) => [
        kept(`old ${at}`, { chatId, sentAtMs: 1 }),
        kept(`last ${at}`, { chatId, sentAtMs: 10 + at }),
      ]),
    );

    const first = await history.chats(ANA, { limit: 3 });
    expect(ids(first)).toEqual(['last 4', 'last 3', 'last 2']);
    const { sentAtMs: atMs, id } = first[2]!;
    expect(ids(await history.chats(ANA, { limit: 3, after: { atMs, id } }))).toEqual(['last 1', 'last 0']);
    expect(await history.chats(BEA, ALL)).toEqual([]);
  });

  it('knows how far a message has come that was sent here', async () => {
    await using db = await startStorage();
    const { sessions, sentMessages, history } = db.storage;
    await sessions.commit(record(ANA), []);
    const own = kept('M1', { author: '', status: 'pending' });
    await sentMessages.add(ANA, { messageId: 'M1', to: LUZ_LID, toNumber: LUZ, content: Buffer.from('x'), kept: own });
    await history.add(ANA, [kept('M1'), kept('M2', { author: '' })]);
    await history.progressed(ANA, 'M1', 'read');
    await history.progressed(ANA, 'M2', 'read');

    expect((await history.page(ANA, ALL)).map(({ status }) => status)).toEqual([null, null, 'read']);
  });

  it('names people by number as soon as that is known, and keeps what it has under both names once', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    await sessions.commit(record(ANA), []);
    const unnamed = { author: LUZ_LID, chatId: LUZ_LID };
    await history.add(ANA, [
      ...[kept('M1', unnamed), kept('M2', unnamed), kept('M2'), kept('M3', { author: LUZ_LID, chatId: GROUP })],
      kept('M4', { author: '', chatId: LUZ_LID, status: 'sent' }),
    ]);
    await history.numbersKnown(ANA, new Map([[LUZ_LID, LUZ as PhoneNumber]]));

    const messages = await history.page(ANA, ALL);
    expect(messages.map(({ messageId, chatId, author }) => `${messageId} ${chatId} ${author}`).sort()).toEqual([
      ...[`M1 ${LUZ_JID} ${LUZ}`, `M2 ${LUZ_JID} ${LUZ}`, `M3 ${GROUP} ${LUZ}`, `M4 ${LUZ_JID} `],
    ]);
  });

  it('removes a conversation', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    await sessions.commit(record(ANA), [], { kept: kept('M1') });
    await history.add(ANA, [kept('M2', { chatId: GROUP })]);

    expect(await history.removeChat(ANA, GROUP)).toBe(1);
    expect(await history.removeChat(ANA, GROUP)).toBe(0);
    expect(ids(await history.page(ANA, ALL))).toEqual(['M1']);
  });

  it('removes what is older than the days of its session, and everything with the session', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    const nowMs = db.clock.now();
    const sent = (days: number) => kept(`${days} days`, { sentAtMs: nowMs - days * DAY_MS - 1 });
    for (const id of [ANA, BEA]) {
      await sessions.commit(record(id), []);
      await history.add(id, [sent(0), sent(1), sent(3)]);
    }
    await history.setDays(ANA, 2);
    expect(await history.daysOf(ANA)).toBe(2);
    await history.prune(4);
    expect(ids(await history.page(ANA, ALL))).toEqual(['0 days', '1 days']);
    expect(ids(await history.page(BEA, ALL))).toHaveLength(3);

    await history.setDays(ANA, null);
    await history.prune(1);
    expect(ids(await history.page(ANA, ALL))).toEqual(['0 days']);
    await history.removeOlder(BEA, nowMs);
    expect(ids(await history.page(BEA, ALL))).toEqual([]);

    await history.setDays(ANA, 2);
    await sessions.remove(ANA, []);
    expect(await history.page(ANA, ALL)).toEqual([]);
    expect(await history.daysOf(ANA)).toBeUndefined();
    await history.add(ANA, [sent(0)]);
    await history.setDays(ANA, 2);
    expect(await history.page(ANA, ALL)).toEqual([]);
    expect(await history.daysOf(ANA)).toBeUndefined();
  });

  it('keeps whatever a stranger writes, as it is', async () => {
    await using db = await startStorage();
    const { sessions, history } = db.storage;
    const hostile = kept('M\0', { author: '\u0001@lid', chatId: '\0@lid', text: '\0 \ud800 \u0001' });
    await sessions.commit(record(ANA), [], { kept: hostile });

    expect(await history.page(ANA, ALL)).toEqual([{ ...hostile, id: expect.any(Number) }]);
    expect(await history.chatOf(ANA, ['\0@lid'])).toBe('\0@lid');
  });
});
