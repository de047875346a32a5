import { ANA, BEA, contract, record } from './support.ts';

const PEER = '5491122334455';

contract('the conversations', (startStorage) => {
  it('are known once either side has written, also after a restart', async () => {
    await using db = await startStorage();
    await db.storage.conversations.begun(ANA, PEER);
    await db.storage.sessions.commit(record(ANA), [], { heardFrom: '111@lid' });
    await db.reopen();
    const { conversations } = db.storage;

    expect(await conversations.isKnown(ANA, PEER)).toBe(true);
    expect(await conversations.isKnown(ANA, '111@lid')).toBe(true);
    expect(await conversations.isKnown(ANA, '222@lid')).toBe(false);
    expect(await conversations.isKnown(BEA, PEER)).toBe(false);
  });

  it('are known at once, before that is durable', async () => {
    await using db = await startStorage();
    const beginning = db.storage.conversations.begun(ANA, PEER);
    expect(await db.storage.conversations.isKnown(ANA, PEER)).toBe(true);
    await beginning;
  });

  it('count as ours only if we wrote first, from a moment on', async () => {
    await using db = await startStorage();
    const { conversations, sessions } = db.storage;
    const startMs = db.clock.now();
    await sessions.commit(record(ANA), [], { heardFrom: PEER });
    for (const peer of ['1', PEER, '2', '1']) {
      await db.clock.advance(1_000);
      await conversations.begun(ANA, peer);
    }

    expect(await conversations.begunSince(ANA, startMs)).toEqual({ count: 2, oldestMs: startMs + 1_000 });
    expect(await conversations.begunSince(ANA, startMs + 1_000)).toEqual({ count: 1, oldestMs: startMs + 3_000 });
    expect(await conversations.begunSince(BEA, 0)).toEqual({ count: 0, oldestMs: null });
  });

  it('count as answered once the other side has written, whenever that is', async () => {
    await using db = await startStorage();
    const { conversations, sessions } = db.storage;
    const startMs = db.clock.now();
    await sessions.commit(record(ANA), [], { heardFrom: '0' });
    await db.clock.advance(1_000);
    for (const peer of ['0', '1', '2', '3']) await conversations.begun(ANA, peer);
    await Promise.all([conversations.begun(ANA, '4'), sessions.commit(record(ANA), [], { heardFrom: '4' })]);
    await db.clock.advance(1_000);
    for (const heardFrom of ['1', '1', '3']) await sessions.commit(record(ANA), [], { heardFrom });

    expect(await conversations.answersSince(ANA, startMs)).toEqual({ begun: 4, answered: 3 });
    expect(await conversations.answersSince(ANA, startMs + 1_000)).toEqual({ begun: 0, answered: 0 });
    expect(await conversations.answersSince(BEA, 0)).toEqual({ begun: 0, answered: 0 });
  });

  it('are not counted while the clock is set back behind them', async () => {
    await using db = await startStorage();
    await db.storage.conversations.begun(ANA, PEER);
    db.clock.set(-365 * 24 * 3_600_000);
    expect(await db.storage.conversations.begunSince(ANA, 0)).toEqual({ count: 0, oldestMs: null });
  });

  it('are removed with their session', async () => {
    await using db = await startStorage();
    await db.storage.conversations.begun(ANA, PEER);

    await db.storage.sessions.remove(ANA, []);

    expect(await db.storage.conversations.isKnown(ANA, PEER)).toBe(false);
  });
});
