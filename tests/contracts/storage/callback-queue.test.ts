import { ANA, BEA, contract, qr, record, statusUpdate } from './support.ts';

const DAY_MS = 24 * 3600_000;
/** Longer than recording a delivery takes at most. */

contract('the callback queue', (startStorage) => {
  it('returns the callbacks of a session in order, numbered from 1', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'), statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3'));
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 a3']);
    expect(await db.drain(BEA)).toEqual(['1 b1']);
  });

  it('returns the same callback until it is settled, with its attempts', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    const first = (await db.next(ANA))!;
    expect(first).toEqual({
      id: expect.any(Number) as number,
      webhookId: 'a1',
      sessionId: ANA,
      seq: 1,
      kind: 'status-update',
      body: JSON.stringify(statusUpdate(ANA, 'a1').event.body),
      createdAtMs: db.clock.now(),
      attempts: 0,
      firstFailedAtMs: null,
    });
    await db.storage.callbacks.failed(first, 'refused', 7);
    await db.storage.callbacks.unconfirmed(first, 'no answer', 8);
    expect(await db.next(ANA)).toEqual({ ...first, attempts: 2, firstFailedAtMs: 7 });
  });

  it('skips an event that is already stored, without using up a number', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2']);
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a3'));
    expect(await db.drain(ANA)).toEqual(['3 a3']);
  });

  it('stores the record and its events together or not at all', async () => {
    await using db = await startStorage();
    const circular: Record<string, unknown> = {};
    circular.itself = circular;
    const broken = statusUpdate(ANA, 'broken');
    Object.assign(broken.event.body, circular);
    await expect(db.storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1'), broken])).rejects.toThrow();
    expect(await db.storage.sessions.all()).toEqual([]);
    expect(await db.next(ANA)).toBeUndefined();
    expect(db.ready).toEqual([]);
    await db.commit(statusUpdate(ANA, 'a2'));
    expect(await db.drain(ANA)).toEqual(['1 a2']);
  });

  it('goes on behind a dead letter, and counts it', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await db.storage.callbacks.dead((await db.next(ANA))!, 'poison', 1);
    expect(await db.drain(ANA)).toEqual(['2 a2']);
    expect(await db.storage.callbacks.counts(db.clock.now())).toEqual({
      pending: 0,
      deadLettered: 1,
      oldestPendingSeconds: 0,
    });
  });

  it('counts what is pending, and for how long', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.clock.advance(90_500);
    await db.commit(statusUpdate(BEA, 'b1'));
    expect(await db.storage.callbacks.counts(db.clock.now())).toEqual({
      pending: 2,
      deadLettered: 0,
      oldestPendingSeconds: 90,
    });
  });

  it('lists the sessions with pending callbacks, the longest-waiting first', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(BEA, 'b1'));
    await db.clock.advance(1);
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    expect(await db.storage.callbacks.sessionsWithPending()).toEqual([BEA, ANA]);
    await db.drain(BEA);
    expect(await db.storage.callbacks.sessionsWithPending()).toEqual([ANA]);
  });

  it('notifies once for each session that gained a callback, and not for a repeated one', async () => {
    await using db = await startStorage();
    const events = [statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'), statusUpdate(BEA, 'b1')];
    await db.storage.sessions.commit(record(ANA), events);
    expect(db.ready).toEqual([ANA, BEA]);
    await db.commit(statusUpdate(ANA, 'a1'));
    expect(db.ready).toEqual([ANA, BEA]);
  });

  it('keeps the order of calls that are not awaited', async () => {
    await using db = await startStorage();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => db.storage.sessions.commit(record(ANA), [statusUpdate(ANA, `a${i + 1}`)])),
    );
    expect(await db.drain(ANA)).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1} a${i + 1}`));
  });

  it('survives a restart', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await db.storage.callbacks.failed((await db.next(ANA))!, 'away', 5);
    const before = await db.next(ANA);
    await db.reopen();
    expect(await db.next(ANA)).toEqual(before);
    expect(before).toMatchObject({ webhookId: 'a1', seq: 1, attempts: 1, firstFailedAtMs: 5 });
  });

  it('records a delivery before it closes', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    await db.reopen();
    expect(await db.drain(ANA)).toEqual(['2 a2']);
  });

  it.each([
    ['for the retention', 3 * DAY_MS, 3 * DAY_MS],
    ['for a day if the retention is shorter, since WhatsApp may deliver its message again', 1_000, DAY_MS],
  ])(
    'knows a delivered callback %s, then forgets it without reusing its number',
    async (_, retentionMs, knownForMs) => {
      await using db = await startStorage();
      await db.commit(statusUpdate(ANA, 'a1'));
      await db.drain(ANA);
      await db.clock.advance(knownForMs);
      await db.storage.prune(retentionMs);
      await db.commit(statusUpdate(ANA, 'a1'));
      expect(await db.next(ANA)).toBeUndefined();
      await db.clock.advance(1);
      await db.storage.prune(retentionMs);
      await db.commit(statusUpdate(ANA, 'a1'));
      expect(await db.drain(ANA)).toEqual(['2 a1']);
    },
  );

  it('never prunes pending callbacks or dead letters', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await db.storage.callbacks.dead((await db.next(ANA))!, 'poison', db.clock.now());
    await db.clock.advance(10 * DAY_MS);
    await db.storage.prune(1);
    expect(await db.storage.callbacks.counts(db.clock.now())).toMatchObject({ pending: 1, deadLettered: 1 });
  });
});

contract('a callback that another one makes unnecessary', (startStorage) => {
  it('is stored before that one, and not after it', async () => {
    await using db = await startStorage();
    await db.commit(
      { ...statusUpdate(ANA, 'undecryptable 1'), unless: ['readable 1'] },
      statusUpdate(ANA, 'readable 1'),
    );
    await db.commit(statusUpdate(ANA, 'readable 2'), {
      ...statusUpdate(ANA, 'undecryptable 2'),
      unless: ['readable 2'],
    });

    expect(await db.drain(ANA)).toEqual(['1 undecryptable 1', '2 readable 1', '3 readable 2']);
  });
});

contract('a newer QR', (startStorage) => {
  it('replaces an undelivered older one, with its number and no attempts', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), qr(ANA, 'q1'));
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    const older = (await db.next(ANA))!;
    await db.storage.callbacks.failed(older, 'away', 1);
    await db.clock.advance(10);
    await db.commit(qr(ANA, 'q2'));

    expect(await db.next(ANA)).toEqual({
      ...older,
      webhookId: 'q2',
      body: JSON.stringify(qr(ANA, 'q2').event.body),
      createdAtMs: db.clock.now(),
    });
    await db.commit(statusUpdate(ANA, 'a2'));
    expect(await db.drain(ANA)).toEqual(['2 q2', '3 a2']);
  });

  it('goes behind one that is on its way, which the backend may accept under its number', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'));
    const onItsWay = (await db.next(ANA))!;
    await db.commit(qr(ANA, 'q2'), qr(ANA, 'q3'), statusUpdate(ANA, 'a1'));
    await db.storage.callbacks.delivered(onItsWay, 1);
    expect(await db.drain(ANA)).toEqual(['2 q3', '3 a1']);
  });

  it('replaces one that was on its way once that is refused', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'));
    const onItsWay = (await db.next(ANA))!;
    await db.commit(statusUpdate(ANA, 'a1'), qr(ANA, 'q2'), statusUpdate(ANA, 'a2'));
    await db.storage.callbacks.failed(onItsWay, 'refused', 1);
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 q2', '3 a2']);
    await db.commit(statusUpdate(ANA, 'a3'));
    expect(await db.drain(ANA)).toEqual(['4 a3']);
  });

  it.each(['a later refusal', 'a restart'])(
    'leaves one that the backend may have as it is, also after %s',
    async (what) => {
      await using db = await startStorage();
      await db.commit(qr(ANA, 'q1'));
      if (what === 'a restart') {
        await db.next(ANA);
        await db.reopen();
      } else {
        await db.storage.callbacks.unconfirmed((await db.next(ANA))!, 'no answer', 1);
        await db.storage.callbacks.failed((await db.next(ANA))!, 'refused', 2);
      }
      await db.commit(qr(ANA, 'q2'));
      expect(await db.drain(ANA)).toEqual(['1 q1', '2 q2']);
    },
  );

  it('goes behind everything that was stored after the older one', async () => {
    await using db = await startStorage();
    const between = [statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2')];
    await db.commit(qr(ANA, 'q1'), ...between, qr(ANA, 'q2'), statusUpdate(ANA, 'a3'));
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 q2', '4 a3']);
  });

  it('leaves a delivered one alone, and one of another session', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'), qr(BEA, 'q2'));
    await db.drain(ANA);
    await db.commit(qr(ANA, 'q3'));
    expect(await db.drain(ANA)).toEqual(['2 q3']);
    expect(await db.drain(BEA)).toEqual(['1 q2']);
  });

  it('is not stored twice', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'));
    const first = (await db.next(ANA))!;
    await db.storage.callbacks.failed(first, 'away', 1);
    await db.commit(qr(ANA, 'q1'));
    expect(await db.next(ANA)).toMatchObject({ webhookId: 'q1', attempts: 1 });
  });
});

contract('what is stored while a session has nothing else pending', (startStorage) => {
  /** A storage whose queue has found out that nothing is pending. */
  async function idle() {
    const db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    expect(await db.next(ANA)).toBeUndefined();
    return db;
  }

  it('is delivered in order and without a gap, however much it is', async () => {
    await using db = await idle();
    const names = Array.from({ length: 230 }, (_, at) => `n${at}`);
    await db.commit(...names.map((name) => statusUpdate(ANA, name)));
    await db.commit(statusUpdate(ANA, 'z'));
    expect(await db.drain(ANA)).toEqual([...names.map((name, at) => `${at + 2} ${name}`), '232 z']);
    await db.commit(statusUpdate(ANA, 'later'));
    expect(await db.drain(ANA)).toEqual(['233 later']);
  });

  it('is what the table has, also after a failure, a restart and a delivery that was not recorded yet', async () => {
    await using db = await idle();
    await db.commit(statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3'), statusUpdate(ANA, 'a4'));
    const remembered = (await db.next(ANA))!;
    await db.storage.callbacks.failed(remembered, 'away', 5);
    expect(await db.next(ANA)).toEqual({ ...remembered, attempts: 1, firstFailedAtMs: 5 });
    await db.storage.callbacks.delivered(remembered, 6);
    const next = await db.next(ANA);
    expect(next).toMatchObject({ webhookId: 'a3', seq: 3, attempts: 0 });
    await db.reopen();
    expect(await db.next(ANA)).toEqual(next);
  });

  it('may be discarded, given up and replayed', async () => {
    await using db = await idle();
    await db.commit(statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3'), statusUpdate(ANA, 'a4'), statusUpdate(ANA, 'a5'));
    const { callbacks, archive } = db.storage;
    const onItsWay = (await db.next(ANA))!;
    expect(await archive.discard(onItsWay.id)).toBe(true);
    await callbacks.delivered(onItsWay, 1);
    await callbacks.dead((await db.next(ANA))!, 'poison', 1);
    await callbacks.unwanted((await db.next(ANA))!, 1);
    expect(await db.drain(ANA)).toEqual(['5 a5']);
    expect(await archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() })).toBe(5);
    await db.commit(statusUpdate(ANA, 'a6'));
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2', '3 a3', '4 a4', '5 a5', '6 a6']);
  });

  it('makes room for a renewed QR, waits behind a file, and is substituted', async () => {
    await using db = await idle();
    await db.commit(statusUpdate(ANA, 'a2'), qr(ANA, 'q1'), statusUpdate(ANA, 'a3'), qr(ANA, 'q2'));
    expect(await db.drain(ANA)).toEqual(['2 a2', '3 a3', '4 q2']);
    await db.next(ANA);

    const instead = statusUpdate(ANA, 'in its place');
    await db.commit(statusUpdate(ANA, 'a5'), { ...statusUpdate(ANA, 'refused'), instead }, statusUpdate(ANA, 'a7'));
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    const refused = (await db.next(ANA))!;
    expect(refused).toMatchObject({ webhookId: 'refused', hasSubstitute: true });
    await db.storage.callbacks.substitute(refused, { atMs: 1, what: 'announcement_refused', why: null });
    expect(await db.drain(ANA)).toEqual(['6 in its place', '7 a7']);
    await db.next(ANA);

    const holdUntilMs = db.clock.now() + 1_000;
    await db.commit(statusUpdate(ANA, 'a8'), { ...statusUpdate(ANA, 'held'), holdUntilMs }, statusUpdate(ANA, 'a10'));
    expect(await db.drain(ANA)).toEqual(['8 a8']);
    await db.clock.advance(1_001);
    expect(await db.drain(ANA)).toEqual(['9 held', '10 a10']);
  });

  it('is never delivered when it was not stored', async () => {
    await using db = await idle();
    const circular = statusUpdate(ANA, 'broken');
    Object.assign(circular.event.body, { itself: circular });
    await expect(db.storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a2'), circular])).rejects.toThrow();
    expect(await db.next(ANA)).toBeUndefined();
    await db.commit(statusUpdate(ANA, 'a3'));
    expect(await db.drain(ANA)).toEqual(['2 a3']);
  });
});
