import pg from 'pg';
import type { Environment } from '../../src/config/environment.ts';
import { connectionConfig } from '../../src/storage/postgres/connect.ts';
import { ask } from '../harness/ask.ts';
import { Orchestrator } from '../harness/orchestrator.ts';
import { newPostgresUrl } from '../harness/shared-postgres.ts';
import { TcpRelay } from '../harness/tcp-relay.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld } from '../harness/world.ts';

const KEY = 'the-key-of-an-admin-who-has-many';

/** A node whose database is a real one behind a relay. */
async function relayed(settings: Environment = {}) {
  const url = new URL(await newPostgresUrl());
  const relay = await TcpRelay.start(Number(url.port));
  url.port = String(relay.port);
  const world = await startWorld({}, { start: false });
  const node = await Orchestrator.start({
    environment: {
      ...{ ...world.environment, DATABASE_URL: url.href, DATABASE_DURABILITY: 'single', API_KEY: KEY },
      ...{ CLUSTER_NODE_ID: 'a', CLUSTER_SECRET: 's'.repeat(32), CLUSTER_PORT: '0' },
      ...settings,
    },
    clock: world.clock,
  });
  const call = (method: string, path: string, { key = KEY, body }: { key?: string; body?: object } = {}) =>
    ask(`${node.url}${path}`, { method, body, headers: { Authorization: `Bearer ${key}` } });
  const dispose = async () => {
    relay.flow();
    await node[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  };
  return { world, relay, call, [Symbol.asyncDispose]: dispose };
}

describe('a node whose database is away', () => {
  it('says so to whoever comes with a browser token, which counts again afterwards', async () => {
    await using it = await relayed();
    const { world, relay, call } = it;
    const token = (await call('POST', '/tokens', { body: {} })).body.token as string;
    const create = () => world.fastForwardUntil(call('GET', '/generate-qr', { key: token }));

    relay.goAway();
    expect(await create()).toMatchObject({ status: 503, body: { error: 'storage_unavailable' } });
    expect((await call('GET', '/generate-qr', { key: `${token.slice(0, -1)}x` })).status).toBe(401);

    relay.comeBack();
    await world.fastForwardUntil(untilTrue(async () => (await call('GET', '/readyz')).status === 200));
    const { status, body } = await create();
    expect(status).toBe(200);
    expect((await call('GET', `/sessions/${body.sessionId as string}`, { key: token })).status).toBe(200);
  });

  it('closes the connections of its sessions before others take them over, also while a message is being stored', async () => {
    await using it = await relayed({ CLUSTER_LEASE: '2' });
    const { world, relay, call } = it;
    const { whatsapp, backend, clock } = world;
    const phone = whatsapp.phone('5491234567890');
    await phone.scan((await call('GET', '/generate-qr')).body.qrText as string);
    await backend.next('new-session-connected');
    const isOnline = () => whatsapp.devices().some(({ online, number }) => online && number === phone.number);
    expect(isOnline()).toBe(true);

    const reached = (chunk: Buffer) => (chunk.includes('INTO journal') ? 0 : undefined);
    relay.breakAt({ direction: 'to server', how: 'stall', reached });
    await whatsapp.phone('5490987654321', 'Juan').sendText(phone.number, 'hola');
    await relay.broken;
    relay.stall();
    const sinceMs = clock.monotonic();
    await world.fastForwardUntil(untilTrue(() => Promise.resolve(!isOnline())));

    // The lease, and what the clock is set forward at once.
    expect(clock.monotonic() - sinceMs).toBeLessThan(2_000 + 1_000);
  });
});

/** Lets the database refuse to store what was decrypted, with the ratchets that did it, while a code is in `refusal`. */
const REFUSING = `
  CREATE TABLE refusal (code text);
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    reason text;
  BEGIN
    SELECT code INTO reason FROM refusal;
    IF FOUND THEN RAISE EXCEPTION 'refused' USING ERRCODE = reason; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER refuse BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION refuse()`;

describe('a webhook that is stored although the key of its message is not', () => {
  it.each([
    ['an error of its own', 'P0001'],
    ['trouble of the database', '57014'],
  ])(
    'is the only one of it, and nothing is lost: %s',
    async (_, code) => {
      const url = await newPostgresUrl();
      await using world = await startWorld({ environment: { DATABASE_URL: url, DATABASE_DURABILITY: 'single' } });
      const { whatsapp, backend } = world;
      const client = new pg.Client(connectionConfig(url, { name: 'test' }));
      await client.connect();
      const valueOf = async (sql: string) => (await client.query<{ value: unknown }>(sql)).rows[0]?.value;
      try {
        const account = await world.link(whatsapp.phone('5491234567890'));
        const person = whatsapp.phone('5490987654321', 'Juan');
        const number = account.phone.number;
        await person.sendText(number, 'antes');
        await backend.next('messages/received');
        await client.query(REFUSING);
        await client.query('INSERT INTO refusal VALUES ($1)', [code]);

        await person.sendText(number, 'una vez');

        const told = await world.fastForwardUntil(backend.next('messages/received'));
        expect(told.body).toMatchObject({ message_content: 'una vez' });
        expect(await valueOf('SELECT count(*) AS value FROM journal')).toBe(1);
        expect(whatsapp.devices().some(({ waiting }) => waiting > 0)).toBe(true);

        await client.query('TRUNCATE refusal');
        await world.fastForwardUntil(whatsapp.until((it) => it.devices().every(({ waiting }) => waiting === 0)));
        await untilTrue(async () => (await valueOf('SELECT count(handled_at_ms) AS value FROM journal')) === 2);
        await person.sendText(number, 'después');
        expect((await backend.next('messages/received')).body).toMatchObject({ message_content: 'después' });
        const texts = backend.received.filter(({ path }) => path.endsWith('messages/received'));
        expect(new Set(texts.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
        expect(texts).toHaveLength(3);
        expect(whatsapp.stats().retries).toBe(0);
      } finally {
        await client.end();
      }
    },
    20_000,
  );
});
