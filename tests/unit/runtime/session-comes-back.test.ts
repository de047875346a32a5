import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ANA, BEA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { untilTrue } from '../../harness/until.ts';
import { arrives, connected, OneProcess, OPEN } from './one-process.ts';

describe('a session that is taken back at once', () => {
  it('opens its connection when the one before is closed', async () => {
    const process = await OneProcess.start();
    const line = await process.runs(connected(ANA));
    line.hangs = true;

    process.host.lose([ANA]);
    await process.host.adopt([ANA]);
    await process.settled();
    expect(process.connections).toHaveLength(1);
    line.end();
    await process.settled();

    expect(process.connections).toHaveLength(2);
    process.connection.emit(OPEN);
    await process.settled();
    expect(process.host.load()).toEqual({ owned: 1, online: 1 });
  });

  it('is not ended by a hand-over that comes too late', async () => {
    const process = await OneProcess.start();
    await process.notifier.start();
    const line = await process.runs(connected(ANA));
    line.hangs = true;
    const late = process.host.handOver(ANA);
    await process.settled();
    process.host.lose([ANA]);
    await process.host.adopt([ANA]);

    line.end();
    await late;
    await process.settled();
    process.connection.emit(OPEN);
    await process.settled();
    await process.db.storage.sessions.commit(connected(ANA), [statusUpdate(ANA, 'w1')]);
    await process.settled();

    expect(process.told).toEqual(['status-update']);
    expect(process.host.load()).toEqual({ owned: 1, online: 1 });
  });

  it('downloads its file anew', async () => {
    const process = await OneProcess.start();
    await process.runs(connected(ANA));
    await arrives(process, ANA);

    process.host.lose([ANA]);
    await process.host.adopt([ANA]);
    await process.begun(2);
    expect(process.downloads.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    process.downloads[1]!.end();

    await untilTrue(async () => (await process.db.storage.heldCallbacks.all()).length === 0);
  });
});

describe('what is left of a session that has gone', () => {
  it.each(['handOver', 'lose'] as const)('(%s) is nothing: no timer, no listener, no object', async (how) => {
    const process = await OneProcess.start();
    await process.notifier.start();
    const { clock } = process.db;
    const timers = clock.timers.length;
    await process.runs(connected(ANA));
    // One that waits for a scan, one whose connection is away, a webhook that fails, a file that is asked for.
    await process.db.storage.sessions.commit(record(BEA, { createdAtMs: clock.now() }), []);
    await process.comesOnline(BEA);
    process.backend = () => Promise.reject(new Error('away'));
    await process.db.storage.sessions.commit(connected(ANA), [statusUpdate(ANA, 'w1')]);
    process.connections[0]!.end({ kind: 'unavailable' });
    await process.settled();
    expect(clock.timers.length).toBeGreaterThan(timers + 2);
    const references = process.connections.map(({ emit }) => new WeakRef(emit));

    if (how === 'lose') process.host.lose([ANA, BEA]);
    else await Promise.all([process.host.handOver(ANA), process.host.handOver(BEA)]);
    await process.settled();
    process.connections = [];
    await collectGarbage();

    expect(clock.timers).toHaveLength(timers);
    expect(references.map((reference) => reference.deref())).toEqual(references.map(() => undefined));
    expect(await process.sessions.list()).toEqual([]);
  });
});

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    await new Promise(setImmediate);
    collect();
  }
}
