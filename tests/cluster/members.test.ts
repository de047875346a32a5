import { tmpdir } from 'node:os';
import { readConfig } from '../../src/config/config.ts';
import { newRecord } from '../../src/domain/session.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import type { SessionHost } from '../../src/ports/ownership.ts';
import { joinCluster, type Member } from '../../src/runtime/cluster-member.ts';
import { openConfigured } from '../../src/runtime/open-storage.ts';
import { newPostgresUrl } from '../harness/shared-postgres.ts';
import { untilTrue } from '../harness/until.ts';

const IDS = Array.from({ length: 12 }, (_, at) => `session_${at}_x` as SessionId);

function settings(databaseUrl: string, nodeId = '') {
  const node = { CLUSTER_NODE_ID: nodeId, CLUSTER_SECRET: 's'.repeat(32), CLUSTER_LEASE: '1' };
  return readConfig({ AUTH_DIR: tmpdir(), DATABASE_URL: databaseUrl, ...(nodeId !== '' && node) });
}

/** A member whose sessions are a set, and do nothing. */
async function start(databaseUrl: string, nodeId: string, onBuried = () => undefined as unknown) {
  const config = settings(databaseUrl, nodeId);
  const deps = { clock: systemClock, log: silentLogger, url: `http://${nodeId}:3001` };
  const member = await joinCluster(config, config.cluster!, { ...deps, onBuried: () => void onBuried() });
  const running = new Set<SessionId>();
  const host: SessionHost = {
    adopt: (ids) => {
      for (const id of ids) running.add(id);
      return Promise.resolve();
    },
    room: () => Promise.resolve(Infinity),
    handOver: (id) => Promise.resolve(void running.delete(id)),
    lose: (ids) => ids.forEach((id) => running.delete(id)),
    pause: () => undefined,
    resume: () => undefined,
    load: () => ({ owned: running.size, online: running.size }),
    quietest: (limit) => [...running].slice(0, limit),
  };
  member.node.run(host);
  return { member, running };
}

/** A database with sessions, used by a single process until now. */
async function withSessions(): Promise<string> {
  const url = await newPostgresUrl();
  await using storage = await openConfigured(settings(url), { clock: systemClock, log: silentLogger });
  for (const id of IDS) await storage.sessions.commit(newRecord(id, 'pairing', 1), []);
  return url;
}

async function joinedByAll(members: readonly Member[]): Promise<void> {
  await untilTrue(() => Promise.resolve(members.every(({ node }) => node.living.length === members.length)));
}

describe('members of a cluster on PostgreSQL', () => {
  it('take over what a node has that ends, or shows itself no more', async () => {
    const url = await withSessions();
    const [a, b] = [await start(url, 'a'), await start(url, 'b')];
    await joinedByAll([a.member, b.member]);
    await untilTrue(() => Promise.resolve(a.running.size + b.running.size === IDS.length));

    await a.member.node.drain();
    await untilTrue(() => Promise.resolve(b.running.size === IDS.length));
    expect(a.running.size).toBe(0);
    await a.member[Symbol.asyncDispose]();

    const c = await start(url, 'c');
    // Its timers end without a word, as in a process that was killed.
    await b.member.storage[Symbol.asyncDispose]();
    await untilTrue(() => Promise.resolve(c.running.size === IDS.length));

    expect(c.member.node.living.map(({ nodeId }) => nodeId)).toEqual(['c']);
    const { nodeId, nodes, owned } = c.member.node.state;
    expect({ nodeId, owned }).toEqual({ nodeId: 'c', owned: IDS.length });
    expect(nodes.map((node) => [node.nodeId, node.isLost])).toEqual([
      ['b', true],
      ['c', false],
    ]);
    await b.member.node[Symbol.asyncDispose]();
    await c.member[Symbol.asyncDispose]();
  });

  it('end when another process has taken their name', async () => {
    const url = await withSessions();
    const buried = Promise.withResolvers<string>();
    const first = await start(url, 'a', () => buried.resolve('a'));
    await untilTrue(() => Promise.resolve(first.running.size === IDS.length));

    const second = await start(url, 'a');
    await buried.promise;
    await untilTrue(() => Promise.resolve(second.running.size === IDS.length));

    expect(first.running.size).toBe(0);
    await first.member[Symbol.asyncDispose]();
    await second.member[Symbol.asyncDispose]();
  });
});
