import { BackendHealthTracker } from '../../../src/webhooks/backend-health.ts';
import { AppHealth, type AppHealthDeps } from '../../../src/runtime/health.ts';
import type { SinkBacklog } from '../../../src/ports/sink.ts';
import { PrometheusMetrics } from '../../../src/metrics/prometheus.ts';
import { ANA, startStorage, statusUpdate, type TestStorage } from '../../contracts/storage/support.ts';

const NO_DATABASE = { bytes: () => Promise.resolve(7), maxBytes: 9 };
const NO_WEBHOOKS = { health: () => Promise.resolve([]) };

function healthOf(
  { storage, clock }: Pick<TestStorage, 'storage' | 'clock'>,
  backend = new BackendHealthTracker(),
  blockedSessions = 0,
  {
    files = { problem: null },
    node,
    webhooks = NO_WEBHOOKS,
    backlog = null,
    problem = null,
  }: Partial<Pick<AppHealthDeps, 'files' | 'node' | 'webhooks'>> & {
    backlog?: SinkBacklog | null;
    problem?: string | null;
  } = {},
): AppHealth {
  return new AppHealth({
    storage,
    files,
    notifier: { health: () => backend.now, blockedSessions },
    pressure: { why: null },
    bound: { problem },
    guard: { unexpected: () => 0 },
    sink: { problem: null, backlog: () => Promise.resolve(backlog) },
    client: { warning: null, unreachable: null },
    droppedLogLines: () => 0,
    ...{ node, webhooks, clock },
  });
}

async function giveUpNext(db: TestStorage): Promise<void> {
  await db.storage.callbacks.dead((await db.next(ANA))!, 'only this delivery fails', db.clock.now());
}

/** A storage that works until the test says otherwise. */
function failing({ storage, clock }: TestStorage) {
  const disk = { isFull: false };
  const check = () => (disk.isFull ? Promise.reject(new Error('the disk is full')) : storage.check());
  return { disk, storage: { ...storage, check }, clock };
}

/** The metrics of this health, as lines. */
async function linesOf(health: AppHealth): Promise<(at: string) => Promise<string | undefined>> {
  const metrics = new PrometheusMetrics();
  const ownCounts = () => ({ connecting: 0, connected: 0, disconnected: 0, error: 0 });
  metrics.watch({ sessions: { ownCounts }, health, breaker: () => 'well', blocked: () => 0, database: NO_DATABASE });
  await metrics.text();
  return async (name) => (await metrics.text()).split('\n').find((line) => line.startsWith(`orchestrator_${name} `));
}

describe('the metrics of the health', () => {
  it.each<[string, (backend: BackendHealthTracker) => unknown, number]>([
    ['was not contacted yet', () => undefined, 1],
    ['accepts', (backend) => backend.accepted(), 1],
    ['answers 500', (backend) => backend.failed({ kind: 'refused', status: 500, retryAfterMs: null }, 0), 0],
    ['answers 401', (backend) => backend.failed({ kind: 'refused', status: 401, retryAfterMs: null }, 0), 0],
    ['is unreachable', (backend) => backend.failed({ kind: 'unreachable', detail: 'away', maybeArrived: false }, 0), 0],
  ])('report a backend that %s', async (_, happens, up) => {
    await using db = await startStorage();
    const backend = new BackendHealthTracker();
    happens(backend);
    const line = await linesOf(healthOf(db, backend));
    expect(await line('backend_up')).toBe(`orchestrator_backend_up ${up}`);
  });

  it('report what waits for the own table', async () => {
    await using db = await startStorage();
    const none = await linesOf(healthOf(db));
    expect(await none('sink_pending')).toBe('orchestrator_sink_pending 0');
    const backlog = { pending: 7, oldestPendingSeconds: 90_000 };
    const line = await linesOf(healthOf(db, undefined, 0, { backlog }));
    expect(await line('sink_pending')).toBe('orchestrator_sink_pending 7');
    expect(await line('sink_oldest_pending_seconds')).toBe('orchestrator_sink_oldest_pending_seconds 90000');
  });

  it('report how large the database is, and may be', async () => {
    await using db = await startStorage();
    const line = await linesOf(healthOf(db));
    expect(await line('database_bytes')).toBe('orchestrator_database_bytes 7');
    expect(await line('database_max_bytes')).toBe('orchestrator_database_max_bytes 9');
  });

  it('report a storage that fails, with the last known counts of callbacks', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    const { disk, ...others } = failing(db);
    const line = await linesOf(healthOf(others));
    expect(await line('storage_up')).toBe('orchestrator_storage_up 1');

    disk.isFull = true;
    await db.commit(statusUpdate(ANA, 'a2'));
    expect(await line('storage_up')).toBe('orchestrator_storage_up 0');
    expect(await line('callbacks_pending')).toBe('orchestrator_callbacks_pending 1');
    disk.isFull = false;
    expect(await line('callbacks_pending')).toBe('orchestrator_callbacks_pending 2');
  });
});

describe('the health', () => {
  it('says how many webhooks keep failing or are far behind, each once', async () => {
    await using db = await startStorage();
    const well = { id: 'a', name: '', isPaused: false, isFailing: false, isBehind: false, lastError: null };
    const counts = { pending: 1, oldestPendingSeconds: 0, deadLettered: 0 };
    const changes = [{}, { isFailing: true, isBehind: true }, { isFailing: true }, { isBehind: true }];
    const receivers = changes.map((change) => ({ ...well, ...counts, ...change }));
    const report = (among = receivers) =>
      healthOf(db, undefined, 0, { webhooks: { health: () => Promise.resolve(among) } }).report();
    expect(await report()).toMatchObject({
      ok: true,
      problems: [
        'Webhooks that keep failing: 2. See GET /webhooks.',
        'Webhooks that are ten minutes behind or more: 1. See GET /webhooks.',
      ],
      webhooks: receivers,
    });
    expect(await report(receivers.slice(0, 1))).toMatchObject({ problems: [] });
    const failing = { health: () => Promise.reject(new Error('the disk is full')) };
    expect(await healthOf(db, undefined, 0, { webhooks: failing }).report()).toMatchObject({
      problems: [],
      webhooks: [],
      sink: null,
    });
  });

  it('says that the database needs more room', async () => {
    await using db = await startStorage();
    const problem = 'The database is close to DATABASE_MAX_SIZE';
    expect(await healthOf(db, undefined, 0, { problem }).report()).toMatchObject({
      ok: true,
      troubles: [{ kind: 'limits', sentence: problem }],
    });
  });

  it('reports no problem when there are no dead letters', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    expect(await healthOf(db).report()).toMatchObject({ ok: true, problems: [], callbacks: { pending: 1 } });
  });

  it.each([
    [1, '1 session'],
    [2, '2 sessions'],
  ])('says that %i sessions are held up', async (blocked, words) => {
    await using db = await startStorage();
    expect((await healthOf(db, undefined, blocked).report()).problems).toEqual([
      `The oldest callback of ${words} keeps failing: see GET /callbacks?state=pending.`,
    ]);
  });

  it('counts its uptime, however somebody sets the clock', async () => {
    await using db = await startStorage();
    const health = healthOf(db);
    await db.clock.advance(5_000);
    db.clock.set(-3_600_000);
    expect(await health.report()).toMatchObject({ uptimeSeconds: 5 });
  });

  it('says when the start-up is complete', async () => {
    await using db = await startStorage();
    const health = healthOf(db);
    expect(health.hasStarted).toBe(false);
    health.started();
    expect(health.hasStarted).toBe(true);
  });

  it('reports a bucket for files that is away, which a restart would not bring back', async () => {
    await using db = await startStorage();
    const files = { problem: 'The store is away.' };

    expect(await healthOf(db, undefined, 0, { files }).report()).toMatchObject({ ok: true, problems: [files.problem] });
  });

  it('reports how many dead letters there are and where to find them, until they are retried', async () => {
    await using db = await startStorage();
    const health = healthOf(db);
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await giveUpNext(db);
    expect(await health.report()).toMatchObject({
      ok: true,
      problems: ['1 callback dead-lettered: see GET /callbacks?state=dead.'],
    });

    await giveUpNext(db);
    const { problems } = await health.report();
    expect(problems).toEqual(['2 callbacks dead-lettered: see GET /callbacks?state=dead.']);

    const dead = await db.storage.archive.list({ state: 'dead' }, { after: 0, limit: 2 });
    for (const { id } of dead) await db.storage.archive.retry(id);
    expect((await health.report()).problems).toEqual([]);
  });
});

describe('the health of a node', () => {
  const well = { isDraining: false, isLost: false, owned: 3, version: '5.0.0' };
  const node = {
    state: {
      ...{ nodeId: 'a', ageMs: 1_400, unowned: 2, owned: 4, leaseMs: 15_000, marginMs: 9_000 },
      nodes: [
        { ...well, nodeId: 'a', sinceBeatMs: 900 },
        { ...well, nodeId: 'b', sinceBeatMs: 61_000, isLost: true },
      ],
    },
  };

  it('shows the nodes as it knows them, and a process on its own shows none', async () => {
    await using db = await startStorage();
    const shown = { version: '5.0.0', sessions: 3, draining: false };
    expect(healthOf(db, undefined, 0, { node }).cluster).toEqual({
      ...{ nodeId: 'a', secondsSinceLook: 1, unowned: 2 },
      nodes: [
        { ...shown, nodeId: 'a', lost: false, secondsSinceBeat: 0 },
        { ...shown, nodeId: 'b', lost: true, secondsSinceBeat: 61 },
      ],
    });
    expect(healthOf(db).cluster).toBeNull();
  });

  it('asks the storage once for all who want to know within a second', async () => {
    await using db = await startStorage();
    const { disk, ...others } = failing(db);
    const health = healthOf(others, undefined, 0, { node });
    const [first, second] = await Promise.all([health.report(), health.report()]);
    expect(first).toBe(second);

    disk.isFull = true;
    expect(await health.report()).toMatchObject({ ok: true });
    await db.clock.advance(1_000);
    expect(await health.report()).toMatchObject({ ok: false });
  });

  it('answers, with what it knew, while the storage does not', async () => {
    await using db = await startStorage();
    const hanging = { is: false };
    const check = () => (hanging.is ? new Promise<void>(() => undefined) : db.storage.check());
    const health = healthOf({ clock: db.clock, storage: { ...db.storage, check } }, undefined, 0, { node });
    await health.report();
    hanging.is = true;
    await db.clock.advance(1_000);

    const report = health.report();
    await db.clock.advance(2_000);

    expect(await report).toMatchObject({ ok: true });
  });
});
