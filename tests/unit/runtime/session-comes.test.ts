import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import { ANA, BEA } from '../../contracts/storage/support.ts';
import { connected, failureOf, gate, OneProcess, OPEN } from './one-process.ts';

describe('a session that comes from another process', () => {
  it('is being repaired until it is online, and the backend hears nothing', async () => {
    const first = await OneProcess.start();
    const second = await OneProcess.start({ db: first.db });
    const line = await first.runs(connected(ANA));

    await first.host.handOver(ANA);
    expect([line.isClosed, line.isUnlinked, first.host.load().owned]).toEqual([true, false, 0]);
    await second.host.adopt([ANA]);
    await second.settled();
    expect(await second.sessions.view(ANA)).toMatchObject({ phase: 'online' });
    expect(second.host.load()).toEqual({ owned: 1, online: 0 });
    await first.db.clock.advance(9_000);
    second.connection.emit(OPEN);
    await second.settled();
    await first.db.clock.advance(60_000);

    expect(second.host.load()).toEqual({ owned: 1, online: 1 });
    expect(await first.webhooks()).toEqual([]);
  });

  it('is reported as lost only when it has not been online for ten seconds', async () => {
    const process = await OneProcess.start();
    await process.db.storage.sessions.commit(connected(ANA), []);
    await process.host.adopt([ANA]);
    await process.db.clock.advance(9_999);
    expect(await process.webhooks()).toEqual([]);

    await process.db.clock.advance(1);
    await process.settled();

    expect(await process.webhooks()).toEqual(['status-update disconnected']);
  });

  it('that runs already stays as it is', async () => {
    const process = await OneProcess.start();
    await process.runs(connected(ANA));

    await Promise.all([process.host.adopt([ANA]), process.host.adopt([ANA, BEA])]);
    await process.settled();

    expect(process.connections).toHaveLength(1);
  });

  it('is started once when two ask for it at the same time', async () => {
    const process = await OneProcess.start();
    await process.db.storage.sessions.commit(connected(ANA), []);

    await Promise.all([process.host.adopt([ANA]), process.host.adopt([ANA])]);
    await process.settled();

    expect([process.connections.length, process.host.load().owned]).toEqual([1, 1]);
  });

  it('is started by the next try when the storage was away', async () => {
    let isAway = true;
    const process = await OneProcess.start({
      store: (store) => ({
        ...store,
        commit: store.commit.bind(store),
        some: (ids) => (isAway ? Promise.reject(new StorageUnavailableError('away')) : store.some(ids)),
      }),
    });
    await process.db.storage.sessions.commit(connected(ANA), []);
    expect(await failureOf(process.host.adopt([ANA]))).toBeInstanceOf(StorageUnavailableError);
    expect(process.connections).toHaveLength(0);

    isAway = false;
    await process.host.adopt([ANA]);
    await process.settled();

    expect(process.openConnections).toBe(1);
  });

  it('opens nothing before the end of a pause', async () => {
    const process = await OneProcess.start();
    await process.db.storage.sessions.commit(connected(ANA), []);
    process.host.pause();
    await process.host.adopt([ANA]);
    await process.settled();
    expect(process.connections).toHaveLength(0);

    process.host.resume();
    await process.settled();

    expect(process.connections).toHaveLength(1);
  });
});

describe('a session that is given up while it is only coming', () => {
  it.each(['handOver', 'lose'] as const)('(%s) does not run afterwards, whichever step was under way', async (how) => {
    const [read, downloads] = [gate(), gate()];
    const process = await OneProcess.start({
      store: (store) => ({ ...store, some: async (ids) => (await read.promise, store.some(ids)) }),
      held: (held) => ({ release: held.release.bind(held), all: async () => (await downloads.promise, held.all()) }),
    });
    await process.db.storage.sessions.commit(connected(ANA), []);
    await process.db.storage.sessions.commit(connected(BEA), []);
    const giveUp = async (id: typeof ANA) => (how === 'lose' ? process.host.lose([id]) : process.host.handOver(id));
    const coming = process.host.adopt([ANA, BEA]);

    await giveUp(ANA);
    downloads.open();
    await process.settled();
    await giveUp(BEA);
    read.open();
    await coming;
    await process.settled();

    expect([process.connections.length, process.host.load().owned]).toEqual([0, 0]);
  });

  it('runs when it was taken back before the first try has ended', async () => {
    const downloads = gate();
    const process = await OneProcess.start({
      held: (held) => ({ release: held.release.bind(held), all: async () => (await downloads.promise, held.all()) }),
    });
    await process.db.storage.sessions.commit(connected(ANA), []);
    const first = process.host.adopt([ANA]);
    process.host.lose([ANA]);
    const second = process.host.adopt([ANA]);
    downloads.open();

    await Promise.all([first, second]);
    await process.settled();

    expect([process.connections.length, process.host.load().owned]).toEqual([1, 1]);
  });
});
