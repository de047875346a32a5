import { ask } from '../harness/ask.ts';
import { Orchestrator } from '../harness/orchestrator.ts';
import { newPostgresUrl } from '../harness/shared-postgres.ts';
import { TcpRelay } from '../harness/tcp-relay.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld } from '../harness/world.ts';

const KEY = 'the-key-of-an-admin-who-has-many';

/** A node whose database is a real one behind a relay. */
async function relayed() {
  const url = new URL(await newPostgresUrl());
  const relay = await TcpRelay.start(Number(url.port));
  url.port = String(relay.port);
  const world = await startWorld({}, { start: false });
  const node = await Orchestrator.start({
    environment: {
      ...{ ...world.environment, DATABASE_URL: url.href, DATABASE_DURABILITY: 'single', API_KEY: KEY },
      ...{ CLUSTER_NODE_ID: 'a', CLUSTER_SECRET: 's'.repeat(32), CLUSTER_PORT: '0' },
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
});
