import { ask } from '../harness/ask.ts';
import { Orchestrator } from '../harness/orchestrator.ts';
import { newPostgresUrl } from '../harness/shared-postgres.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { execute } from '../unit/storage/postgres/cluster/nodes.ts';

const KEY = 'the-key-of-an-admin-who-has-many';
const IDS = ['a', 'b', 'c'];

let world: World;
let database: string;
const nodes: Orchestrator[] = [];

beforeAll(async () => {
  world = await startWorld({}, { start: false });
  database = await newPostgresUrl();
  const shared = { ...world.environment, DATABASE_URL: database, DATABASE_DURABILITY: 'single', API_KEY: KEY };
  for (const nodeId of IDS) {
    const node = { CLUSTER_NODE_ID: nodeId, CLUSTER_SECRET: 's'.repeat(32), CLUSTER_PORT: '0' };
    nodes.push(await Orchestrator.start({ environment: { ...shared, ...node }, clock: world.clock }));
  }
});

afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function call(
  node: Orchestrator,
  method: string,
  path: string,
  { key = KEY, body }: { key?: string; body?: object } = {},
) {
  return ask(`${node.url}${path}`, { method, body, headers: { Authorization: `Bearer ${key}` } });
}

async function issued(node: Orchestrator, body: object = {}, key = KEY): Promise<string> {
  return (await call(node, 'POST', '/tokens', { body, key })).body.token as string;
}

/** Creates the session of a token on all nodes at once. Returns the answer that is none of a refusal, and how many were refused. */
async function createdBy(token: string) {
  const answers = await Promise.all(nodes.map((node) => call(node, 'GET', '/generate-qr', { key: token })));
  const given = answers.findIndex(({ status }) => status === 200);
  const refused = answers.filter(({ status, body }) => status === 403 && body.error === 'not_permitted');
  return { at: given, sessionId: answers[given]?.body.sessionId as string, refused: refused.length };
}

describe('a token of one node', () => {
  it('creates one session on whichever node, and shows it on all', async () => {
    const token = await issued(nodes[0]!);

    const { at, sessionId, refused } = await createdBy(token);

    expect([at >= 0, refused]).toEqual([true, 2]);
    for (const node of nodes) {
      // The owner of the session authenticates it once more.
      const qr = await call(node, 'GET', `/sessions/${sessionId}/qr`, { key: token });
      const other = await call(node, 'GET', '/sessions/session_1705312200123_abc123def', { key: token });
      expect([qr.status, other.status]).toEqual([200, 404]);
      expect((await call(node, 'GET', `/sessions/${sessionId}/qr`, { key: `${token.slice(0, -1)}x` })).status).toBe(
        401,
      );
    }
  });

  it('ends everywhere with its key, wherever that is revoked', async () => {
    const spec = { name: 'page', scopes: ['sessions:create'], sessions: null };
    const { key, data } = (await call(nodes[0]!, 'POST', '/keys', { body: spec })).body;
    const token = await issued(nodes[0]!, {}, key as string);
    const { sessionId } = await createdBy(token);
    const statuses = () =>
      Promise.all(
        nodes.map(async (node) => (await call(node, 'GET', `/sessions/${sessionId}`, { key: token })).status),
      );
    expect(await statuses()).toEqual([200, 200, 200]);
    // Another node hears of a new key with its next beat.
    await untilTrue(async () => (await call(nodes[1]!, 'DELETE', `/keys/${data.keyId as string}`)).status === 200);
    expect(await statuses()).toEqual([401, 401, 401]);
  });

  it('ends everywhere when it expires', async () => {
    const token = await issued(nodes[1]!);
    const { sessionId } = await createdBy(token);
    await execute(database, 'UPDATE browser_tokens SET expires_at = now() WHERE session_id = $1', [sessionId]);
    for (const node of nodes)
      expect((await call(node, 'GET', `/sessions/${sessionId}`, { key: token })).status).toBe(401);
  });
});
