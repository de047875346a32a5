import type { SessionId } from '../../src/domain/session-id.ts';
import { Secret } from '../../src/kit/secret.ts';
import { HandClock } from './hand-clock.ts';
import { type NodeOptions, OwnershipTable, startNode } from './nodes.ts';
import { CONNECTED, id, logged, MESSAGE } from './support.ts';

const REMOTE = id('session_1705312200999_remote001');
const UNKNOWN = id('session_1_unknown00');
const HOLA = JSON.stringify({ number: '5491234567890', message: 'hola' });

/** Two nodes: `entry`, which is asked, and `owner`, which runs a session. */
async function startNodes(options: { entry?: NodeOptions; owner?: NodeOptions } = {}) {
  const table = new OwnershipTable();
  const entry = await startNode('node-1', table, options.entry);
  const owner = await startNode('node-2', table, options.owner);
  table.give(REMOTE, 'node-2');
  table.give(CONNECTED, 'node-1');
  owner.runs(REMOTE);
  return {
    ...{ table, entry, owner },
    call: (path: string, init: RequestInit = {}) => fetch(`${entry.server.url}${path}`, init),
    async [Symbol.asyncDispose]() {
      await entry[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
    },
  };
}

const json = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'Content-Type': 'application/json', ...headers },
});

describe('any node', () => {
  it('takes a request for a session of another one, which answers it', async () => {
    await using nodes = await startNodes();
    const answer = await nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA, { 'X-Request-Id': 'request-1' }));
    expect([answer.status, await answer.json()]).toMatchObject([200, { success: true, status: 'sent' }]);
    expect(answer.headers.get('x-request-id')).toBe('request-1');
    expect(nodes.owner.sessions.sent.map(({ sessionId }) => sessionId)).toEqual([REMOTE]);
    expect(nodes.entry.sessions.sent).toEqual([]);
  });

  it('asks for other ids of a session only when it does not know the owner, and when that says that it is none', async () => {
    await using nodes = await startNodes();
    const { table, entry, owner } = nodes;
    const NEWER = id('session_1705312200999_newer0001');
    const resolved: SessionId[] = [];
    entry.sessions.resolve = (sessionId) => {
      resolved.push(sessionId);
      return Promise.resolve(table.owners.has(sessionId) ? sessionId : NEWER);
    };
    const send = async () => (await nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA))).status;
    expect([await send(), await send()]).toEqual([200, 200]);
    expect(resolved).toEqual([REMOTE]);

    entry.runs(NEWER);
    table.give(NEWER, 'node-1');
    table.owners.delete(REMOTE);
    expect(await send()).toBe(200);
    expect(resolved).toEqual([REMOTE, REMOTE]);
    expect(owner.sessions.sent.map(({ sessionId }) => sessionId)).toEqual([REMOTE, REMOTE]);
    expect(entry.sessions.sent.map(({ sessionId }) => sessionId)).toEqual([NEWER]);
  });

  it('gives a refusal of the owner as it is, before the body and after it', async () => {
    await using nodes = await startNodes();
    nodes.owner.sessions.records.delete(REMOTE);
    const gone = await nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA));
    const wrong = await nodes.call(`/sessions/${REMOTE}/send-message`, json('{"number": '));
    expect([gone.status, await gone.json()]).toMatchObject([404, { error: 'session_not_found' }]);
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: 'invalid_json' }]);
  });

  it('passes ranges of a file on, also for HEAD', async () => {
    await using nodes = await startNodes();
    const path = `/sessions/${REMOTE}/messages/${MESSAGE}/media`;
    const part = await nodes.call(path, { headers: { Range: 'bytes=3-9' } });
    expect([part.status, (await part.text()).length, part.headers.get('content-range')]).toEqual([
      206,
      7,
      expect.stringMatching(/^bytes 3-9\//) as string,
    ]);
    const head = await nodes.call(path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(7);
  });

  it('answers for its own sessions, and refuses those that nobody knows', async () => {
    await using nodes = await startNodes();
    expect((await nodes.call(`/sessions/${CONNECTED}`)).status).toBe(200);
    expect((await nodes.call(`/sessions/${UNKNOWN}/restart`, { method: 'POST' })).status).toBe(404);
    expect(nodes.owner.lines.map(({ msg }) => msg)).not.toContain('request answered');
  });

  it('lists sessions, timelines and callbacks itself', async () => {
    await using nodes = await startNodes();
    nodes.entry.runs(REMOTE);
    const paths = ['/sessions', `/sessions/${REMOTE}/timeline`, '/callbacks', '/callbacks/1', '/events'];
    const statuses = await Promise.all(paths.map(async (path) => (await nodes.call(path)).status));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(nodes.table.looks).toBe(0);
  });
});

describe('a callback', () => {
  it.each([
    ['is retried', '/callbacks/1/retry', undefined],
    ['is discarded', '/callbacks/1/discard', undefined],
    [
      'is replayed',
      '/callbacks/replay',
      JSON.stringify({ sessionId: CONNECTED, since: '2024-01-15T10:00:00Z', until: '2024-01-15T11:00:00Z' }),
    ],
  ])('%s by the node of its session', async (_what, path, body) => {
    await using nodes = await startNodes();
    nodes.table.give(CONNECTED, 'node-2');
    const answer = await nodes.call(path, body === undefined ? { method: 'POST' } : json(body));
    expect([answer.status, await answer.json()]).toMatchObject([200, { success: true }]);
    expect(nodes.owner.lines).toContainEqual(expect.objectContaining({ msg: 'request answered', status: 200 }));
  });
});

describe('a session that is moving', () => {
  it('is found at its next node, when the one before has just given it away', async () => {
    const stale = new Set<SessionId>();
    await using nodes = await startNodes({ owner: { believes: stale } });
    await using next = await startNode('node-3', nodes.table);
    next.runs(REMOTE);
    const answer = nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA));
    // node-2 says 421; only then the table knows better.
    while (nodes.owner.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    nodes.table.give(REMOTE, 'node-3');
    expect((await answer).status).toBe(200);
    expect([nodes.owner.sessions.sent.length, next.sessions.sent.length]).toEqual([0, 1]);
  });

  it('is answered here, when it has come here meanwhile', async () => {
    const stale = new Set<SessionId>();
    await using nodes = await startNodes({ owner: { believes: stale } });
    nodes.entry.runs(REMOTE);
    const answer = nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA));
    while (nodes.owner.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    nodes.table.give(REMOTE, 'node-1');
    expect((await answer).status).toBe(200);
    expect([nodes.owner.sessions.sent.length, nodes.entry.sessions.sent.length]).toEqual([0, 1]);
  });

  it('is refused with a time to try again, when its owner says twice that it is none', async () => {
    await using nodes = await startNodes({ owner: { believes: new Set() } });
    const answer = await nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA));
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: 'session_moving' }]);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(nodes.owner.sessions.sent).toEqual([]);
  });

  it('is shown from the storage meanwhile', async () => {
    await using nodes = await startNodes();
    nodes.entry.runs(REMOTE);
    nodes.table.give(REMOTE, null);
    expect((await nodes.call(`/sessions/${REMOTE}`)).status).toBe(200);
    nodes.table.give(REMOTE, 'node-2');
    await nodes.owner.internal[Symbol.asyncDispose]();
    expect((await nodes.call(`/sessions/${REMOTE}`)).status).toBe(200);
  });

  it('is refused, and nothing was done, where its node is not there', async () => {
    const clock = new HandClock(Date.UTC(2024, 0, 15, 10, 30));
    await using nodes = await startNodes({ entry: { clock } });
    await nodes.owner.internal[Symbol.asyncDispose]();
    const call = nodes.call(`/sessions/${REMOTE}/send-message`, json(HOLA));
    const tried = () =>
      nodes.entry.lines.filter(({ msg }) => msg === 'a node did not answer a forwarded request').length;
    // Twice at once; from then on its sessions are waited for to come to another one.
    while (tried() < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let second = 0; second < 10; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.move(1_000);
    }
    const answer = await call;
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: 'session_moving' }]);
  });
});

it('two nodes that take each other for the owner do not send a request to and fro', async () => {
  await using nodes = await startNodes({ owner: { believes: new Set() } });
  await nodes.call(`/sessions/${REMOTE}/restart`, { method: 'POST' });
  await logged(nodes.entry.lines, `[${REMOTE}] request failed`);
  // Asked twice, and not once more.
  const refused = () => nodes.owner.lines.filter(({ status }) => status === 421).length;
  while (refused() < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(refused()).toBe(2);
});

describe('the rate of a caller', () => {
  it('is counted where the request comes in, and not again', async () => {
    const app = { rateLimit: 3 };
    await using nodes = await startNodes({ entry: { app: { rateLimit: 100 } }, owner: { app } });
    const statuses = [];
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await nodes.call(`/sessions/${REMOTE}`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    // The owner counts those that come to itself.
    const direct = [];
    for (let turn = 0; turn < 4; turn += 1) direct.push((await fetch(`${nodes.owner.server.url}/sessions`)).status);
    expect(direct).toEqual([200, 200, 200, 429]);
  });
});

it('the owner authenticates the caller again', async () => {
  const [old, fresh] = [new Secret('the-old-key-of-both-nodes'), new Secret('the-new-key-of-one-node')];
  await using nodes = await startNodes({
    entry: { app: { apiKeys: [old, fresh] } },
    owner: { app: { apiKeys: [fresh] } },
  });
  const statusWith = async (key: Secret) => {
    const headers = { Authorization: `Bearer ${key.reveal()}` };
    return (await nodes.call(`/sessions/${REMOTE}/qr`, { headers })).status;
  };
  expect([await statusWith(old), await statusWith(fresh)]).toEqual([401, 409]);
});

it('headers of nodes mean nothing on the public port', async () => {
  await using nodes = await startNodes({ entry: { app: { apiKeys: [new Secret('the-only-key-of-all')] } } });
  const answer = await nodes.call(`/sessions/${REMOTE}`, { headers: { 'x-wa-hop': '1', 'x-wa-from': 'node-2' } });
  expect(answer.status).toBe(401);
});
