import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { ANA, BEA, contract, qr, record, statusUpdate } from './support.ts';

const DAY_MS = 24 * 3600_000;
const MESSAGE = { messageId: 'M1', to: '5491@s.whatsapp.net', toNumber: '5491', content: new Uint8Array([1, 2, 0]) };

contract('the sessions', (startStorage) => {
  it('are returned as they were stored, the oldest first, also after a restart', async () => {
    await using db = await startStorage();
    const ana = record(ANA, {
      phase: 'online',
      identity: { phoneNumber: '5491234567890' as PhoneNumber, whatsappUserId: '5491234567890:1@s.whatsapp.net' },
      announced: true,
      errorMessage: 'a sentence',
      lastSeenMs: 3,
      retryAtMs: 4,
      restrictedUntilMs: 5,
      createdAtMs: 2,
    });
    await db.storage.sessions.commit(record(ANA, { createdAtMs: 2 }), []);
    await db.storage.sessions.commit(record(BEA, { createdAtMs: 1 }), []);
    await db.storage.sessions.commit(ana, []);
    await db.reopen();
    expect(await db.storage.sessions.all()).toEqual([record(BEA, { createdAtMs: 1 }), ana]);
  });

  it('report how many events of a change were new', async () => {
    await using db = await startStorage();
    const { sessions } = db.storage;
    expect(await sessions.commit(record(ANA), [])).toBe(0);
    expect(await sessions.commit(record(ANA), [statusUpdate(ANA, 'a1'), qr(ANA, 'q1')])).toBe(2);
    expect(await sessions.commit(record(ANA), [statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2')])).toBe(1);
  });

  it('number the events of one change as those of many', async () => {
    await using db = await startStorage();
    const known = statusUpdate(ANA, 'a1');
    const events = [
      known,
      known,
      qr(ANA, 'q1'),
      statusUpdate(BEA, 'b1'),
      statusUpdate(ANA, 'a2'),
      qr(ANA, 'q2'),
      known,
    ];
    await db.storage.sessions.commit(record(ANA), [...events, statusUpdate(ANA, 'a3'), statusUpdate(BEA, 'b2')]);
    await db.commit(statusUpdate(ANA, 'a4'));
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 q2', '4 a3', '5 a4']);
    expect(await db.drain(BEA)).toEqual(['1 b1', '2 b2']);
    const all = await db.storage.archive.events({ after: 0, limit: 10 });
    expect(all.map(({ webhookId }) => webhookId)).toEqual(['a1', 'b1', 'a2', 'q2', 'a3', 'b2', 'a4']);
  });

  it('report it for each of several changes, which are stored together or not at all', async () => {
    await using db = await startStorage();
    const change = (...keys: string[]) => ({ events: keys.map((key) => statusUpdate(ANA, key)), writes: {} });
    const broken = change('a9', null as unknown as string);

    await expect(db.storage.sessions.commitAll(record(ANA), [change('a8'), broken])).rejects.toThrow();
    const stored = await db.storage.sessions.commitAll(record(ANA), [change('a1', 'a2'), change(), change('a2', 'a3')]);

    expect(stored).toEqual([2, 0, 1]);
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 a3']);
  });

  it('are read with every change that was made before, awaited or not', async () => {
    await using db = await startStorage();
    const storing = db.storage.sessions.commit(record(ANA, { phase: 'online' }), []);
    expect(await db.storage.sessions.all()).toEqual([record(ANA, { phase: 'online' })]);
    await storing;
  });

  it('are removed with everything that belongs to them, and nothing of others', async () => {
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

  it('can be created anew after they were removed', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.saveCredentials(ANA, 'before');
    await db.storage.sessions.remove(ANA, []);
    await db.storage.signalKeys.saveCredentials(ANA, 'after');
    await db.reopen();
    expect(await db.storage.signalKeys.credentials(ANA)).toBe('after');
  });

  it('leave their pending callbacks and last events behind, to be delivered', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.storage.sessions.remove(ANA, [statusUpdate(ANA, 'goodbye')]);
    expect(db.ready).toEqual([ANA, ANA]);
    await db.reopen();
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 goodbye']);
  });

  it('take their undelivered QR along, without a gap in the numbers', async () => {
    await using db = await startStorage();
    const later = [statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3')];
    await db.commit(statusUpdate(ANA, 'a1'), qr(ANA, 'q1'), ...later, qr(BEA, 'q2'));
    await db.storage.sessions.remove(ANA, [statusUpdate(ANA, 'goodbye')]);
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 a3', '4 goodbye']);
    expect(await db.drain(BEA)).toEqual(['1 q2']);
  });

  it.each([
    ['delivered', ['2 goodbye']],
    ['failed', ['1 goodbye']],
  ] as const)('leave no gap and use no number twice when their QR is on its way and %s', async (end, rest) => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'));
    const onItsWay = (await db.next(ANA))!;
    await db.storage.sessions.remove(ANA, [statusUpdate(ANA, 'goodbye')]);
    if (end === 'delivered') await db.storage.callbacks.delivered(onItsWay, 1);
    else await db.storage.callbacks.failed(onItsWay, 'refused', 1);
    expect(await db.drain(ANA)).toEqual(rest);
  });

  it('continue their numbers when they come back, though all callbacks were pruned', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.storage.sessions.remove(ANA, []);
    await db.drain(ANA);
    await db.clock.advance(DAY_MS + 1);
    await db.storage.prune(1);
    expect(await db.storage.archive.list({}, { after: 0, limit: 1 })).toEqual([]);
    await db.reopen();
    await db.commit(statusUpdate(ANA, 'a2'));
    expect(await db.drain(ANA)).toEqual(['2 a2']);
  });

  describe('new sessions', () => {
    const LIMITS = { maxSessions: 3, maxPendingSessions: 2 };
    const NOTE = { atMs: 5, what: 'created', why: null } as const;
    const id = (name: string) => `session_9_${name}` as SessionId;

    it('are stored with their first note', async () => {
      await using it = await startStorage();
      await it.storage.sessions.create(record(ANA), NOTE, LIMITS);

      expect(await it.storage.sessions.all()).toEqual([record(ANA)]);
      expect(await it.storage.timeline.of(ANA)).toEqual([NOTE]);
    });

    it('are refused beyond a limit, also when they are created at once', async () => {
      await using it = await startStorage();
      const { sessions } = it.storage;
      const create = (name: string) => sessions.create(record(id(name)), NOTE, LIMITS);
      const created = await Promise.allSettled([create('a'), create('b'), create('c')]);

      expect(created.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(created[2]).toMatchObject({ reason: { code: 'too_many_pending_sessions' } });
      await sessions.commit(record(id('a'), { phase: 'online' }), []);
      await create('c');
      await sessions.commit(record(id('b'), { phase: 'closed' }), []);
      await expect(create('d')).rejects.toMatchObject({ code: 'too_many_sessions' });
      await sessions.create(record(id('d')), NOTE, { ...LIMITS, maxSessions: 0 });
      expect(await sessions.counts()).toEqual(new Map(Object.entries({ online: 1, closed: 1, pairing: 2 })));
    });
  });

  it('reads some of the sessions, the oldest first', async () => {
    await using it = await startStorage();
    await it.storage.sessions.commit(record(ANA, { createdAtMs: 2 }), []);
    await it.storage.sessions.commit(record(BEA), []);

    const some = await it.storage.sessions.some([ANA, 'session_0_nadie' as SessionId, BEA]);
    expect(some.map(({ sessionId }) => sessionId)).toEqual([BEA, ANA]);
    expect(await it.storage.sessions.some([ANA])).toHaveLength(1);
    expect(await it.storage.sessions.some([])).toEqual([]);
  });
});
