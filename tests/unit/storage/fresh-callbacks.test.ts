import { systemClock } from '../../../src/kit/clock.ts';
import { FreshCallbacks } from '../../../src/storage/shared/callbacks/fresh-callbacks.ts';
import { plainVault } from '../../../src/storage/shared/encryption/vault.ts';
import { Database } from '../../../src/storage/sqlite/database.ts';
import { openDatabase } from '../../../src/storage/sqlite/open-database.ts';
import { createStores } from '../../../src/storage/sqlite/stores.ts';
import type { PendingCallback } from '../../../src/ports/callbacks.ts';
import { ANA, BEA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { testFolder } from '../../harness/test-folder.ts';

const callback = (id: number, sessionId = ANA, length = 1) =>
  ({ id, sessionId, body: 'x'.repeat(length) }) as PendingCallback;

describe('callbacks that were stored a moment ago', () => {
  it('are delivered from memory once the table has nothing older, in order', () => {
    const fresh = new FreshCallbacks();
    fresh.add(callback(1));
    expect(fresh.next(ANA)).toBeUndefined();
    fresh.read(ANA, [callback(1)], true);
    fresh.add(callback(2));
    for (const id of [1, 2]) {
      expect(fresh.next(ANA)).toEqual(callback(id));
      fresh.settled(callback(id));
    }
    expect(fresh.next(ANA)).toBeNull();
    expect(fresh.next(BEA)).toBeUndefined();
  });

  it('are not remembered while the table has more than was read', () => {
    const fresh = new FreshCallbacks();
    fresh.read(ANA, [callback(1), callback(2)], false);
    fresh.add(callback(4));
    for (const id of [1, 2]) {
      expect(fresh.next(ANA)).toEqual(callback(id));
      fresh.settled(callback(id));
    }
    expect(fresh.next(ANA)).toBeUndefined();
  });

  it.each([
    { max: 1_000, length: 1 },
    { max: 2, length: 700_000 },
  ])('are at most $max of $length characters; those behind them wait for the table', ({ max, length }) => {
    const fresh = new FreshCallbacks();
    fresh.read(ANA, [], true);
    for (let id = 1; id <= max + 1; id++) fresh.add(callback(id, ANA, length));
    fresh.add(callback(max + 2));
    for (let id = 1; id <= max; id++) {
      expect(fresh.next(ANA)?.id).toBe(id);
      fresh.settled(callback(id, ANA, length));
    }
    expect(fresh.next(ANA)).toBeUndefined();
    fresh.read(ANA, [callback(max + 1, ANA, length)], true);
    expect(fresh.next(ANA)?.id).toBe(max + 1);
  });

  it('are not remembered beyond the bound when they are read, either', () => {
    const fresh = new FreshCallbacks();
    fresh.read(ANA, [callback(1, ANA, 2_000_001)], true);
    expect(fresh.next(ANA)).toBeUndefined();
    fresh.read(BEA, [callback(2, BEA, 2_000_000)], true);
    expect(fresh.next(BEA)?.id).toBe(2);
    fresh.read(BEA, [callback(2, BEA, 2_000_000)], true);
    expect(fresh.next(BEA)?.id).toBe(2);
  });

  it('of a session are not remembered when another one settles something that nobody expected', () => {
    const fresh = new FreshCallbacks();
    fresh.read(ANA, [callback(1)], true);
    fresh.settled(callback(7, BEA));
    expect(fresh.next(ANA)?.id).toBe(1);
    fresh.settled(callback(7));
    expect(fresh.next(ANA)).toBeUndefined();
  });

  it('are not delivered when their commit failed', async () => {
    const sqlite = openDatabase(await testFolder(), null);
    const db = new Database(sqlite, { clock: systemClock });
    const { sessions, callbacks } = createStores(db, {
      clock: systemClock,
      vault: plainVault,
      onDamage: () => undefined,
    });
    await sessions.commit(record(ANA), []);
    expect(await callbacks.next(ANA)).toBeUndefined();

    const stored = sessions.commit(record(ANA), [statusUpdate(ANA, 'lost')]);
    const found = callbacks.next(ANA);
    sqlite.exec('ROLLBACK');

    await expect(stored).rejects.toThrow();
    await expect(found).rejects.toThrow();
    expect(await callbacks.next(ANA)).toBeUndefined();
    await sessions.commit(record(ANA), [statusUpdate(ANA, 'again')]);
    expect(await callbacks.next(ANA)).toMatchObject({ seq: 1, webhookId: 'again' });
    db.close();
  });
});
