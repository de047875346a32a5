import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { connected, OneProcess, OPEN } from './one-process.ts';

/** A process that has just taken over a session, which is not online yet, and a database that can fail. */
async function taking() {
  const database = { isAway: false };
  const process = await OneProcess.start({
    store: (store) => ({
      ...store,
      some: store.some.bind(store),
      commit: (...change) =>
        database.isAway ? Promise.reject(new StorageUnavailableError('away')) : store.commit(...change),
    }),
  });
  await process.db.storage.sessions.commit(connected(ANA), []);
  const after = async (ms: number) => {
    await process.db.clock.advance(ms);
    await process.settled();
  };
  return { process, database, after };
}

describe('a session that is being repaired when its node closes all connections for a while', () => {
  it('has ten seconds from the end of that', async () => {
    const { process, after } = await taking();
    await process.host.adopt([ANA]);
    await after(9_000);
    process.host.pause();
    await after(5_000);
    expect(process.openConnections).toBe(0);
    process.host.resume();
    await after(9_000);
    process.connection.emit(OPEN);
    await after(60_000);

    expect(process.host.load()).toEqual({ owned: 1, online: 1 });
    expect(await process.webhooks()).toEqual([]);
  });

  it('is reported as lost when it is not online by then', async () => {
    const { process, after } = await taking();
    await process.host.adopt([ANA]);
    await after(9_000);
    process.host.pause();
    await after(5_000);
    process.host.resume();
    await after(9_999);
    expect(await process.webhooks()).toEqual([]);

    await after(1);

    expect(await process.webhooks()).toEqual(['status-update disconnected']);
  });

  it('is not reported as lost when that could not be stored before', async () => {
    const { process, database, after } = await taking();
    await process.host.adopt([ANA]);
    database.isAway = true;
    await after(10_500);
    process.host.pause();
    await after(200);
    database.isAway = false;
    process.host.resume();
    await after(2_000);
    process.connection.emit(OPEN);
    await after(60_000);

    expect(process.host.load()).toEqual({ owned: 1, online: 1 });
    expect(await process.webhooks()).toEqual([]);
  });

  it('has ten seconds from the end of that when it came meanwhile', async () => {
    const { process, after } = await taking();
    process.host.pause();
    await process.host.adopt([ANA]);
    await after(30_000);
    process.host.resume();
    await after(9_000);
    process.connection.emit(OPEN);
    await after(60_000);

    expect(process.host.load()).toEqual({ owned: 1, online: 1 });
    expect(await process.webhooks()).toEqual([]);
  });
});
