import type { NewScheduledMessage } from '../../../src/domain/scheduled-message.ts';
import { ANA, BEA, contract, record, statusUpdate, type TestStorage } from './support.ts';

const DAY_MS = 86_400_000;
const FAILURE = { code: 'session_not_connected', message: 'It is not connected.' };

function message(messageId: string, fields: Partial<NewScheduledMessage> = {}): NewScheduledMessage {
  return { sessionId: ANA, messageId, body: `{"text":"${messageId}"}`, sendAtMs: 5_000, ...fields };
}

async function add({ storage }: TestStorage, ...messages: NewScheduledMessage[]): Promise<void> {
  for (const { sessionId } of messages) await storage.sessions.commit(record(sessionId), []);
  for (const each of messages) expect(await storage.scheduledMessages.add(each, 9)).toBe('added');
}

async function found({ storage }: TestStorage, messageId: string) {
  const it = await storage.scheduledMessages.find(ANA, messageId);
  if (!it) throw new Error(`there is no message ${messageId}`);
  return it;
}

contract('scheduled messages', (startStorage) => {
  it('are found after a restart, each as it was requested', async () => {
    await using db = await startStorage();
    await add(db, message('A'), message('A', { sessionId: BEA, sendAtMs: 7_000 }));
    await db.reopen();

    expect(await found(db, 'A')).toEqual({
      ...message('A'),
      id: expect.any(Number) as number,
      ...{ state: 'scheduled', attempts: 0, failure: null, settledAtMs: null },
      createdAtMs: db.clock.now(),
    });
    expect(await db.storage.scheduledMessages.find(BEA, 'A')).toMatchObject({ sendAtMs: 7_000 });
    expect(await db.storage.scheduledMessages.find(ANA, 'B')).toBeUndefined();
  });

  it('have an id once, and only so many wait', async () => {
    await using db = await startStorage();
    await add(db, message('A'), message('A', { sessionId: BEA }));
    const { scheduledMessages } = db.storage;

    expect(await scheduledMessages.add(message('A', { body: '{}' }), 9)).toBe('known');
    expect(await scheduledMessages.add(message('B'), 1)).toBe('full');
    await scheduledMessages.settle(await found(db, 'A'), { state: 'canceled', failure: null });
    expect(await scheduledMessages.add(message('A'), 9)).toBe('known');
    expect(await scheduledMessages.add(message('B'), 1)).toBe('added');
  });

  it('are due from their time on, the earliest first', async () => {
    await using db = await startStorage();
    await add(db, message('late', { sendAtMs: 6_000 }), message('B'), message('C'), message('D', { sessionId: BEA }));
    const { scheduledMessages } = db.storage;

    expect(await scheduledMessages.sessionsWithDue(4_999)).toEqual([]);
    expect(await scheduledMessages.next(ANA, 4_999)).toBeUndefined();
    expect((await scheduledMessages.sessionsWithDue(5_000)).toSorted()).toEqual([ANA, BEA]);
    const order: string[] = [];
    for (let it = await scheduledMessages.next(ANA, 9_000); it; it = await scheduledMessages.next(ANA, 9_000)) {
      order.push(it.messageId);
      await scheduledMessages.settle(it, { state: 'sent', failure: null });
    }
    expect(order).toEqual(['B', 'C', 'late']);
    expect(await scheduledMessages.sessionsWithDue(9_000)).toEqual([BEA]);
  });

  it('are postponed, and keep the time for which they were meant', async () => {
    await using db = await startStorage();
    await add(db, message('A'));
    await db.storage.scheduledMessages.postpone(await found(db, 'A'), FAILURE, 60_000);
    await db.reopen();

    expect(await db.storage.scheduledMessages.next(ANA, 59_999)).toBeUndefined();
    expect(await db.storage.scheduledMessages.next(ANA, 60_000)).toMatchObject({
      ...{ messageId: 'A', sendAtMs: 5_000, attempts: 1, failure: FAILURE, state: 'scheduled' },
    });
  });

  it('are settled once, together with the event', async () => {
    await using db = await startStorage();
    await add(db, message('A'));
    const it = await found(db, 'A');
    const { scheduledMessages } = db.storage;
    await scheduledMessages.settle(it, { state: 'failed', failure: FAILURE, event: statusUpdate(ANA, 'failed') });
    await scheduledMessages.settle(it, { state: 'sent', failure: null });
    await scheduledMessages.postpone(it, FAILURE, 1);
    await db.reopen();

    expect(await found(db, 'A')).toMatchObject({ state: 'failed', failure: FAILURE, settledAtMs: db.clock.now() });
    expect(await db.storage.scheduledMessages.next(ANA, 9_000)).toBeUndefined();
    expect(await db.drain(ANA)).toEqual(['1 failed']);
  });

  it('are listed in the order in which they were scheduled, by state, page by page', async () => {
    await using db = await startStorage();
    await add(db, message('A', { sendAtMs: 9_000 }), message('B'), message('C'), message('D', { sessionId: BEA }));
    const { scheduledMessages } = db.storage;
    await scheduledMessages.settle(await found(db, 'B'), { state: 'canceled', failure: null });
    const list = async (page: Partial<Parameters<typeof scheduledMessages.of>[1]>) =>
      (await scheduledMessages.of(ANA, { after: 0, limit: 9, ...page })).map(({ messageId }) => messageId);

    expect(await list({})).toEqual(['A', 'B', 'C']);
    expect(await list({ state: 'scheduled' })).toEqual(['A', 'C']);
    expect(await list({ limit: 1, after: (await found(db, 'A')).id })).toEqual(['B']);
  });

  it('are kept for two weeks after they were settled, and removed with their session', async () => {
    await using db = await startStorage();
    await add(db, message('A'), message('B'));
    await db.storage.scheduledMessages.settle(await found(db, 'A'), { state: 'sent', failure: null });
    await db.clock.advance(14 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.scheduledMessages.find(ANA, 'A')).toBeDefined();
    await db.clock.advance(1);
    await db.storage.prune(DAY_MS);

    expect(await db.storage.scheduledMessages.find(ANA, 'A')).toBeUndefined();
    expect(await db.storage.scheduledMessages.find(ANA, 'B')).toBeDefined();
    await db.storage.sessions.remove(ANA, []);
    expect(await db.storage.scheduledMessages.find(ANA, 'B')).toBeUndefined();
  });
});
