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
    fresh.add(callback(2));
    fresh.add(callback(3));
    expect(fresh.next(ANA)).toBeUndefined();
    fresh.isOldest(ANA, 1);
    expect(fresh.next(ANA)).toBeUndefined();
    fresh.isOldest(ANA, 2);
    expect(fresh.next(ANA)).toEqual(callback(2));
    fresh.settled(callback(2));
    fresh.settled(callback(3));
    expect(fresh.next(ANA)).toBeNull();
    expect(fresh.next(BEA)).toBeUndefined();
  });

  it('are forgotten when they are too many or too long, and those behind them wait for the table', () => {
    for (const { count, length } of [
      { count: 101, length: 1 },
      { count: 3, length: 700_000 },
    ]) {
      const fresh = new FreshCallbacks();
      fresh.isOldest(ANA, undefined);
      for (let id = 1; id < count; id++) fresh.add(callback(id, ANA, length));
      expect(fresh.next(ANA)?.id).toBe(1);
      fresh.add(callback(count, ANA, length));
      fresh.add(callback(count + 1));
      expect(fresh.next(ANA)).toBeUndefined();
      fresh.isOldest(ANA, 1);
      expect(fresh.next(ANA)).toBeUndefined();
      fresh.isOldest(ANA, count + 1);
      expect(fresh.next(ANA)?.id).toBe(count + 1);
    }
  });

  it('of a session are not remembered when another one settles something that nobody expected', () => {
    const fresh = new FreshCallbacks();
    fresh.isOldest(ANA, undefined);
    fresh.add(callback(1));
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
