import { ANA, BEA, contract, statusUpdate } from './support.ts';

const DAY_MS = 24 * 3600_000;
const MESSAGE = { messageId: 'M1', to: '1@g.us', toNumber: null, content: new Uint8Array([0, 255, 7]) };

contract('the sent messages', (startStorage) => {
  it('are stored byte for byte for each session, with their status', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    await db.storage.sentMessages.progress(ANA, {
      messageId: 'M1',
      status: 'delivered',
      event: statusUpdate(ANA, 'a1'),
    });
    await db.reopen();
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toEqual({
      ...MESSAGE,
      status: 'delivered',
      sentAtMs: db.clock.now(),
    });
    const { messageId, to, toNumber } = MESSAGE;
    const state = { messageId, to, toNumber, status: 'delivered', sentAtMs: db.clock.now() };
    expect(await db.storage.sentMessages.state(ANA, 'M1')).toEqual(state);
    expect(await db.storage.sentMessages.find(BEA, 'M1')).toBeUndefined();
    expect(await db.storage.sentMessages.state(BEA, 'M1')).toBeUndefined();
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('change together with the event that reports it, or not at all', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    const broken = { ...statusUpdate(ANA, 'a1'), webhookId: null as unknown as string };
    await expect(
      db.storage.sentMessages.progress(ANA, { messageId: 'M1', status: 'read', event: broken }),
    ).rejects.toThrow();
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'pending' });
    expect(await db.next(ANA)).toBeUndefined();
  });

  it('keep the vote that they are, until it can be counted', async () => {
    await using db = await startStorage();
    const { names, ...counted } = {
      pollId: 'P1',
      voter: '5491',
      names: ['5491', '1@lid'],
      options: ['hoy'],
      votedAtMs: 7,
    };
    const vote = { ...counted, names };
    await db.storage.sentMessages.add(ANA, { ...MESSAGE, vote });
    await db.reopen();
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'pending', vote });
    expect(await db.storage.sentMessages.state(ANA, 'M1')).toMatchObject({ status: 'pending', vote });
    expect(await db.storage.pollVotes.of(ANA, 'P1')).toEqual([]);
    const event = statusUpdate(ANA, 'a1');
    await db.storage.sentMessages.progress(ANA, { messageId: 'M1', status: 'sent', event, vote });
    expect(await db.storage.pollVotes.of(ANA, 'P1')).toEqual([counted]);
  });

  it('keep their status when they are added again', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    await db.storage.sentMessages.progress(ANA, { messageId: 'M1', status: 'sent', event: statusUpdate(ANA, 'a1') });
    await db.storage.sentMessages.add(ANA, MESSAGE);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'sent' });
  });

  it('are found at once, before they are durable', async () => {
    await using db = await startStorage();
    const adding = db.storage.sentMessages.add(ANA, MESSAGE);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'pending' });
    await adding;
  });

  it('are counted for each session from a moment on, with the oldest of them', async () => {
    await using db = await startStorage();
    const startMs = db.clock.now();
    for (const messageId of ['M1', 'M2', 'M3']) {
      await db.storage.sentMessages.add(ANA, { ...MESSAGE, messageId });
      await db.clock.advance(1_000);
    }
    const { sentMessages } = db.storage;

    expect(await sentMessages.countSince(ANA, startMs)).toEqual({ count: 2, oldestMs: startMs + 1_000 });
    expect(await sentMessages.countSince(ANA, startMs + 2_000)).toEqual({ count: 0, oldestMs: null });
    expect(await sentMessages.countSince(BEA, 0)).toEqual({ count: 0, oldestMs: null });
  });

  it('are not counted while the clock is set back behind them: it would be a limit for as long as that', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, { ...MESSAGE, messageId: 'M1' });
    db.clock.set(-365 * 24 * 3_600_000);
    await db.storage.sentMessages.add(ANA, { ...MESSAGE, messageId: 'M2' });

    const oldestMs = db.clock.now();
    expect(await db.storage.sentMessages.countSince(ANA, oldestMs - 1)).toEqual({ count: 1, oldestMs });
  });

  it('are unanswered until they are acknowledged or refused, the oldest first', async () => {
    await using db = await startStorage();
    for (const messageId of ['M1', 'M2', 'M3', 'M4']) {
      await db.storage.sentMessages.add(messageId === 'M3' ? BEA : ANA, { ...MESSAGE, messageId });
      await db.clock.advance(1_000);
    }
    await db.storage.sentMessages.progress(ANA, { messageId: 'M2', status: 'sent', event: statusUpdate(ANA, 'a1') });

    expect(await db.storage.sentMessages.unanswered(db.clock.now() - 1_000)).toEqual([
      { sessionId: ANA, messageId: 'M1' },
      { sessionId: BEA, messageId: 'M3' },
    ]);
  });

  it('are kept for two weeks', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    await db.clock.advance(14 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toBeDefined();
    await db.clock.advance(1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toBeUndefined();
  });
});
