import { TcpRelay } from '../harness/tcp-relay.ts';
import { HandClock, pass } from './hand-clock.ts';
import { OwnershipTable, startNode } from './nodes.ts';
import { id } from './support.ts';

const REMOTE = id('session_1705312200999_remote001');
const HOLA = JSON.stringify({ number: '5491234567890', message: 'hola' });
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Two nodes, and a network between them that can be stalled: what a node is like that is frozen, and goes on later. */
async function startStalled() {
  const table = new OwnershipTable();
  const clock = new HandClock(Date.UTC(2024, 0, 15, 10, 30));
  const entry = await startNode('node-1', table, { clock });
  const owner = await startNode('node-2', table, { clock });
  const relay = await TcpRelay.start(owner.internal.port);
  table.urls.set('node-2', `http://127.0.0.1:${relay.port}`);
  table.give(REMOTE, 'node-2');
  owner.runs(REMOTE);
  return {
    ...{ table, entry, owner, relay },
    /** Calls the entry, and lets seconds pass until it answers. */
    async ask(path: string, init: RequestInit): Promise<unknown> {
      const state = { isOver: false };
      const answer = fetch(`${entry.server.url}/sessions/${REMOTE}${path}`, init).finally(() => (state.isOver = true));
      while (!state.isOver) await pass(clock, 1);
      const { status, json } = await answer.then(async (given) => ({ status: given.status, json: await given.json() }));
      return [status, (json as { error?: string }).error];
    },
    /** Resolves when so many requests are over at the owner. */
    async ended(count: number): Promise<void> {
      const over = () => owner.lines.filter(({ msg }) => msg.includes(`[${REMOTE}] request`)).length;
      while (over() < count) await new Promise((resolve) => setImmediate(resolve));
    },
    /** What the owner has done. */
    done: () => [...owner.sessions.restarted, ...owner.sessions.sent, ...removedOf(owner)],
    async [Symbol.asyncDispose]() {
      relay.flow();
      await entry[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
    },
  };
}

function removedOf({ sessions }: Awaited<ReturnType<typeof startNode>>): string[] {
  return sessions.records.has(REMOTE) ? [] : [REMOTE];
}

const CHANGES: [string, string, RequestInit][] = [
  ['a change without a body', '/restart', { method: 'POST' }],
  ['a change whose body nobody reads', '/restart', { method: 'POST', headers: JSON_TYPE, body: '{}' }],
  ['a deletion', '', { method: 'DELETE' }],
  ['a change with a body', '/send-message', { method: 'POST', headers: JSON_TYPE, body: HOLA }],
];

describe('an owner that is frozen before it has agreed', () => {
  it.each(CHANGES)('does nothing of what was answered with 503, once it goes on: %s', async (_what, path, init) => {
    await using nodes = await startStalled();
    nodes.relay.stall();

    expect(await nodes.ask(path, init)).toEqual([503, 'session_moving']);

    nodes.relay.flow();
    // It was tried twice, and has come to both ends.
    await nodes.ended(2);
    expect(nodes.done()).toEqual([]);
    // And it is itself again.
    expect(await nodes.ask(path, init)).toEqual([200, undefined]);
    expect(nodes.done()).toHaveLength(1);
  });
});

describe('an owner that is frozen after it has agreed', () => {
  it.each(CHANGES)('may have done it: 502, and nothing is sent again: %s', async (_what, path, init) => {
    await using nodes = await startStalled();
    const agreed: string[] = [];
    const reached = (chunk: Buffer): number | undefined => {
      agreed.push(chunk.toString('latin1').split('\r\n', 1)[0] ?? '');
      return chunk.length;
    };
    nodes.relay.breakAt({ direction: 'to client', how: 'stall', reached });

    expect(await nodes.ask(path, init)).toEqual([502, 'owner_unreachable']);

    expect(agreed).toEqual(['HTTP/1.1 100 Continue']);
    nodes.relay.flow();
    await nodes.ended(1);
    expect(nodes.done().length).toBeLessThanOrEqual(1);
  });

  it('is asked again where it only reads', async () => {
    await using nodes = await startStalled();
    nodes.entry.runs(REMOTE);
    nodes.relay.stall();
    // What is stored answers for the owner.
    expect(await nodes.ask('', { method: 'GET' })).toEqual([200, undefined]);
    expect(await nodes.ask('/qr', { method: 'GET' })).toEqual([502, 'owner_unreachable']);
  });
});
