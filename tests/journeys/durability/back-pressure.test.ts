import { itOnSqlite } from '../../harness/on-sqlite.ts';
import { changeStored } from '../../harness/stored.ts';
import { type World, startWorld } from '../../harness/world.ts';

const SHOP = '5491166778899';
const ANA = '5491122334455';
const BOUND = 20;

/** Ana sends the texts with these numbers. Resolves when WhatsApp has them. */
async function write(world: World, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) await world.whatsapp.phone(ANA).sendText(SHOP, `m${n}`);
}

const texts = (world: World): string[] =>
  world.backend.accepted.filter(({ path }) => path.endsWith('/received')).map(({ body }) => body.message_content);

const numbered = (to: number) => Array.from({ length: to }, (_, index) => `m${index + 1}`);

const isOnline = (world: World) => world.whatsapp.devices().some(({ online }) => online);

const problems = async (world: World): Promise<string> =>
  (await world.orchestrator.get('/health')).body.problems.join();

it('the connections close at MAX_PENDING_CALLBACKS, and nothing is lost: WhatsApp queues the rest', async () => {
  await using world = await startWorld({ environment: { MAX_PENDING_CALLBACKS: String(BOUND) } });
  const { sessionId } = await world.link(world.whatsapp.phone(SHOP));
  world.backend.answerWith(503);
  await write(world, 1, BOUND);
  await world.fastForwardUntil(world.whatsapp.until(() => !isOnline(world)));

  expect(await problems(world)).toContain('MAX_PENDING_CALLBACKS');
  expect((await world.orchestrator.get('/generate-qr')).body).toMatchObject({ success: false, error: 'overloaded' });
  await write(world, BOUND + 1, BOUND + 10);
  const pending = (await world.orchestrator.get('/health')).body.callbacks.pending;
  await world.fastForwardUntil(world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: true }));
  expect((await world.orchestrator.get(`/sessions/${sessionId}`)).body.data.error_message).toContain('MAX_PENDING');
  expect(world.whatsapp.devices()[0]!.waiting).toBeGreaterThan(0);

  world.backend.recovers();
  await world.fastForwardUntil(world.backend.next(({ body }) => body.message_content === `m${BOUND + 10}`));
  expect(pending).toBeGreaterThanOrEqual(BOUND);
  expect(texts(world)).toEqual(numbered(BOUND + 10));
  expect(await problems(world)).toBe('');
});

it('the connections close while the disk is nearly full, and reopen when there is space', async () => {
  let free = 1_000_000;
  await using world = await startWorld({
    environment: { MIN_FREE_DISK: '1000' },
    freeBytes: () => Promise.resolve(free),
  });
  await world.link(world.whatsapp.phone(SHOP));
  free = 999;
  await world.fastForwardUntil(world.whatsapp.until(() => !isOnline(world)));
  expect(await problems(world)).toContain('MIN_FREE_DISK');
  await write(world, 1, 3);

  free = 1_000_000;
  await world.fastForwardUntil(world.backend.next(({ body }) => body.message_content === 'm3'));
  expect(texts(world)).toEqual(numbered(3));
});

it('no connection opens at startup while the disk is nearly full', async () => {
  let free = 1_000_000;
  await using world = await startWorld({
    environment: { MIN_FREE_DISK: '1000' },
    freeBytes: () => Promise.resolve(free),
  });
  const { sessionId } = await world.link(world.whatsapp.phone(SHOP));
  await world.stopOrchestrator();
  const { logins } = world.whatsapp.stats();
  free = 0;
  await world.startOrchestrator();
  await world.fastForwardUntil(world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: true }));
  expect(world.whatsapp.stats().logins).toBe(logins);

  free = 1_000_000;
  await world.fastForwardUntil(world.orchestrator.until(sessionId, { status: 'connected' }));
});

itOnSqlite('the disk of PostgreSQL is its operator’s')(
  'the connections stay closed while the database is larger than DATABASE_MAX_SIZE, and what nobody awaits is removed',
  async () => {
    await using world = await startWorld({ environment: { DATABASE_MAX_SIZE: '64M' } });
    const { sessionId } = await world.link(world.whatsapp.phone(SHOP));
    await world.stopOrchestrator();
    await changeStored(
      world.authDir,
      `INSERT INTO settings VALUES ('filler', hex(zeroblob(${35 * 1024 * 1024})));
       INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, created_at_ms, state, settled_at_ms)
         VALUES ('old', 'session_1_old', 1, 0, 'status-update', '{}', 1, 'delivered', 1)`,
    );
    await world.startOrchestrator();
    await world.fastForwardUntil(world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: true }));
    expect(await problems(world)).toContain('The database has reached DATABASE_MAX_SIZE');
    const text = await (await fetch(`${world.orchestrator.url}/metrics`)).text();
    expect(text).toContain('orchestrator_database_shed_total 1');
    expect(text).toContain('orchestrator_database_max_bytes 67108864');
    await world.stopOrchestrator();

    await changeStored(world.authDir, `DELETE FROM settings WHERE name = 'filler'`);
    await world.startOrchestrator();
    await world.fastForwardUntil(world.orchestrator.until(sessionId, { status: 'connected' }));
    expect(await problems(world)).toBe('');
  },
);
