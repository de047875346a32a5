import { dayOf } from '../../../src/domain/risk.ts';
import { ANA, BEA, contract, record } from './support.ts';

const DAY_MS = 24 * 3_600_000;

contract("WhatsApp's refusals", (startStorage) => {
  it('are counted by day and code, also across a restart', async () => {
    await using db = await startStorage();
    await db.storage.sessions.commit(record(ANA), []);
    await db.storage.refusals.noted(ANA, '463');
    const startMs = db.clock.now();
    await db.clock.advance(DAY_MS);
    for (const code of ['463', '429', '463']) await db.storage.refusals.noted(ANA, code);
    const nowMs = db.clock.now();
    await db.reopen();

    const today = { dayMs: dayOf(nowMs), lastAtMs: nowMs };
    const all = [
      { ...today, code: '429', count: 1 },
      { ...today, code: '463', count: 2 },
      { dayMs: dayOf(startMs), code: '463', count: 1, lastAtMs: startMs },
    ];
    expect(await db.storage.refusals.of(ANA, 0)).toEqual(all);
    expect(await db.storage.refusals.of(ANA, nowMs)).toEqual(all.slice(0, 2));
    expect(await db.storage.refusals.of(BEA, 0)).toEqual([]);
  });

  it('are kept for eight weeks, not counted for sessions that do not exist, and removed with theirs', async () => {
    await using db = await startStorage();
    await db.storage.refusals.noted(ANA, '479');
    expect(await db.storage.refusals.of(ANA, 0)).toEqual([]);
    for (const id of [ANA, BEA]) {
      await db.storage.sessions.commit(record(id), []);
      await db.storage.refusals.noted(id, '479');
    }
    await db.storage.sessions.remove(BEA, []);
    await db.clock.advance(55 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.refusals.of(ANA, 0)).toHaveLength(1);
    expect(await db.storage.refusals.of(BEA, 0)).toEqual([]);

    await db.clock.advance(2 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.refusals.of(ANA, 0)).toEqual([]);
  });

  it('are not told while the clock is set back behind them', async () => {
    await using db = await startStorage();
    await db.storage.sessions.commit(record(ANA), []);
    await db.storage.refusals.noted(ANA, '463');
    db.clock.set(-365 * DAY_MS);
    expect(await db.storage.refusals.of(ANA, 0)).toEqual([]);
  });
});
