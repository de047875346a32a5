import { type PhoneNumber } from '../../../src/domain/address.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { ANA, BEA, news, qr, record, startStorage, testFolder } from './support.ts';

const MESSAGE = { messageId: 'M1', to: '5491@s.whatsapp.net', toNumber: '5491', content: new Uint8Array([1, 2, 0]) };

describe('the sessions', () => {
  it('come back as they were stored, the oldest first, also after a restart', async () => {
    await using db = await startStorage();
    const ana = record(ANA, {
      phase: 'online',
      identity: { phoneNumber: '5491234567890' as PhoneNumber, whatsappUserId: '5491234567890:1@s.whatsapp.net' },
      announced: true,
      errorMessage: 'a sentence',
      lastSeenMs: 3,
      retryAtMs: 4,
      createdAtMs: 2,
    });
    await db.storage.sessions.commit(record(ANA, { createdAtMs: 2 }), []);
    await db.storage.sessions.commit(record(BEA, { createdAtMs: 1 }), []);
    await db.storage.sessions.commit(ana, []);
    await db.reopen();
    expect(await db.storage.sessions.all()).toEqual([record(BEA, { createdAtMs: 1 }), ana]);
  });

  it('are removed with all that belongs to them, and nothing of others', async () => {
    await using db = await startStorage();
    const { sessions, signalKeys, sentMessages } = db.storage;
    for (const id of [ANA, BEA]) {
      await sessions.commit(record(id), []);
      await signalKeys.saveCredentials(id, 'creds');
      await signalKeys.set(id, [{ type: 'session', id: '1', value: 'key' }]);
      await sentMessages.add(id, MESSAGE);
    }
    await sessions.remove(ANA, []);
    expect(await sessions.all()).toEqual([record(BEA)]);
    expect(await signalKeys.credentials(ANA)).toBeUndefined();
    expect(await signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map());
    expect(await sentMessages.find(ANA, 'M1')).toBeUndefined();
    expect(await signalKeys.credentials(BEA)).toBe('creds');
    expect(await signalKeys.get(BEA, 'session', ['1'])).toEqual(new Map([['1', 'key']]));
    expect(await sentMessages.find(BEA, 'M1')).toEqual({ ...MESSAGE, status: 'pending', sentAtMs: db.clock.now() });
  });

  it('leave their undelivered messages and their last events behind, to be delivered', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    await db.storage.sessions.remove(ANA, [news(ANA, 'goodbye')]);
    expect(db.ready).toEqual([ANA, ANA]);
    await db.reopen();
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 goodbye']);
  });

  it('take their undelivered QR along, and leave no gap in the numbers', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'), qr(ANA, 'q1'), news(ANA, 'a2'), news(ANA, 'a3'), qr(BEA, 'q2'));
    await db.storage.sessions.remove(ANA, [news(ANA, 'goodbye')]);
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 a3', '4 goodbye']);
    expect(await db.drain(BEA)).toEqual(['1 q2']);
  });

  it.each([
    ['delivered', ['2 goodbye']],
    ['failed', ['1 goodbye']],
  ] as const)('leave no gap and no number twice when their QR is on its way and %s', async (end, rest) => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'));
    const onItsWay = (await db.next(ANA))!;
    await db.storage.sessions.remove(ANA, [news(ANA, 'goodbye')]);
    if (end === 'delivered') await db.storage.callbacks.delivered(onItsWay, 1);
    else await db.storage.callbacks.failed(onItsWay, 'refused', 1);
    expect(await db.drain(ANA)).toEqual(rest);
  });

  it('keep their numbers when they are gone and come back, though all rows are pruned', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    await db.storage.sessions.remove(ANA, []);
    await db.drain(ANA);
    await db.clock.advance(10);
    await db.storage.prune(1);
    await db.reopen();
    await db.commit(news(ANA, 'a2'));
    expect(await db.drain(ANA)).toEqual(['2 a2']);
  });
});

it('a change says how many of its events are new, and each transaction how long it took', async () => {
  const taken: number[] = [];
  const storage = openStorage(await testFolder(), new ManualClock(), null, (ms) => taken.push(ms));
  expect(await storage.sessions.commit(record(ANA), [])).toBe(0);
  expect(await storage.sessions.commit(record(ANA), [news(ANA, 'a1'), qr(ANA, 'q1')])).toBe(2);
  expect(await storage.sessions.commit(record(ANA), [news(ANA, 'a1'), news(ANA, 'a2')])).toBe(1);
  await storage.signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'x' }]);
  const broken = { ...record(ANA), phase: undefined as unknown as 'online' };
  await expect(storage.sessions.commit(broken, [])).rejects.toThrow();
  await storage[Symbol.asyncDispose]();

  expect(taken).toHaveLength(4);
  expect(taken.every((ms) => ms > 0)).toBe(true);
});
