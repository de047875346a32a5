import { tmpdir } from 'node:os';
import request from 'supertest';
import { FEED_PATH } from '../../src/cluster/feed-reader.ts';
import { PeerClient } from '../../src/cluster/peer-client.ts';
import type { ClusterSettings } from '../../src/config/cluster-settings.ts';
import { readConfig } from '../../src/config/config.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import type { SessionRecord } from '../../src/domain/session.ts';
import { ADMIN } from '../../src/http/access/caller.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { Secret } from '../../src/kit/secret.ts';
import type { LivingNode } from '../../src/ports/ownership.ts';
import { ClusterNetwork } from '../../src/runtime/cluster-network.ts';
import type { SessionEvent } from '../../src/sessions/session-events.ts';
import { EventReader } from '../harness/event-reader.ts';
import { HandClock } from './hand-clock.ts';
import { OwnershipTable } from './nodes.ts';
import { id, recordOf, startApi } from './support.ts';

const KEY = 'the-admin-key';
const HERE = id('session_1_here00000');
const THERE = id('session_2_there0000');
const LATER = '2024-01-15T10:31:00.000Z';

const changed = (record: SessionRecord): SessionEvent => ({ kind: 'session', record, onlySeen: false });
const settle = () => new Promise((resolve) => setImmediate(resolve));

function settingsOf(nodeId: string): ClusterSettings {
  const url = 'postgres://localhost/orchestrator';
  const node = { CLUSTER_NODE_ID: nodeId, CLUSTER_SECRET: 's'.repeat(32), CLUSTER_PORT: '0', HOST: '127.0.0.1' };
  return readConfig({ AUTH_DIR: tmpdir(), DATABASE_URL: url, ...node }).cluster!;
}

/** Nodes on one database in memory, each with its public and its internal port. */
class Nodes implements AsyncDisposable {
  readonly clock = new HandClock(Date.UTC(2024, 0, 15, 10, 30));
  readonly living: LivingNode[] = [];
  readonly stored = new Map<SessionId, SessionRecord>();
  readonly #built: AsyncDisposable[] = [];
  readonly #beats: (() => void)[] = [];

  async start(nodeId: string, runs: SessionId[]) {
    const { clock } = this;
    const network = await ClusterNetwork.listen({
      settings: settingsOf(nodeId),
      clock,
      log: silentLogger,
      drainMs: 1_000,
    });
    const known = { living: this.living, onVersions: (listener: () => void) => void this.#beats.push(listener) };
    const ownership = new OwnershipTable().of(nodeId);
    const cluster = network.cluster(ownership, known);
    const api = startApi({ clock, cluster, apiKeys: [new Secret(KEY)] });
    network.serve(api.app);
    const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock, log: silentLogger });
    this.#built.push(network, server);
    const load = { owned: 0, online: 0 };
    const described = { nodeId, incarnation: nodeId, url: network.url, version: '4', capacity: 1 };
    this.living.push({ ...described, beat: 1, load, isDraining: false });
    const { sessions } = api;
    sessions.records.clear();
    for (const sessionId of runs) sessions.records.set(sessionId, recordOf(sessionId, 'connected'));
    for (const record of sessions.records.values()) this.stored.set(record.sessionId, record);
    sessions.list = () => Promise.resolve([...this.stored.values()]);
    return {
      ...{ ...api, network, url: server.url },
      /** A reader that has its snapshot. */
      async follow(key = KEY) {
        const reader = await EventReader.open(`${server.url}/sessions/events`, { Authorization: `Bearer ${key}` });
        await reader.next('ready');
        return reader;
      },
    };
  }

  /** All nodes beat once. */
  beat(): void {
    this.#beats.forEach((beat) => beat());
  }

  async [Symbol.asyncDispose]() {
    for (const part of this.#built.reverse()) await part[Symbol.asyncDispose]();
  }
}

/** Two nodes, each with one session. */
async function startTwo() {
  const nodes = new Nodes();
  const [entry, other] = [await nodes.start('node-1', [HERE]), await nodes.start('node-2', [THERE])];
  return { nodes, entry, other, [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose]() };
}

const untilListeners = async ({ sessions }: { sessions: { listeners: number } }, count: number) => {
  while (sessions.listeners !== count) await settle();
};

describe('live events of several nodes', () => {
  it('come from all of them, whichever is asked', async () => {
    await using world = await startTwo();
    await using reader = await world.entry.follow();
    await untilListeners(world.other, 1);
    world.other.sessions.emit(changed(recordOf(THERE, 'disconnected')));
    await reader.next('session', ({ status }) => status === 'disconnected');
    world.entry.sessions.emit(changed(recordOf(HERE, 'error')));
    await reader.next('session', ({ status }) => status === 'error');
    world.other.sessions.emit({ kind: 'qr', sessionId: THERE, expiresAtMs: Date.parse(LATER) });
    await reader.next('qr');
    world.other.sessions.emit({ kind: 'removed', sessionId: THERE });
    await reader.next('removed');

    expect(reader.events.map(({ event, data: { session_id: about } }) => [event, about as unknown])).toEqual([
      ...[
        ['session', HERE],
        ['session', THERE],
        ['health', undefined],
        ['ready', undefined],
      ],
      ...[
        ['session', THERE],
        ['session', HERE],
        ['qr', THERE],
        ['removed', THERE],
      ],
    ]);
  });

  it('are limited to the sessions of a key, and to the session of a token without its messages', async () => {
    await using world = await startTwo();
    const { entry, other } = world;
    const ofKey = await entry.keys.create({ name: '', scopes: ['sessions:read'], sessions: [HERE] });
    const ofToken = await entry.tokens.issue(ADMIN, { sessionId: THERE, ttlMs: 60_000 });
    await using limited = await entry.follow(ofKey.text.reveal());
    await using page = await entry.follow(ofToken.token.reveal());
    await using all = await entry.follow();
    await untilListeners(other, 1);

    const message = {
      ...({ sessionId: THERE, messageId: 'A1', direction: 'in', atMs: Date.parse(LATER), type: 'text' } as const),
      ...{ chatId: '5491122334455@s.whatsapp.net', number: '5491122334455', name: 'Juan', text: 'hola' },
    };
    other.sessions.emit({ kind: 'message', message });
    other.sessions.emit({ kind: 'removed', sessionId: THERE });
    await page.next('removed');
    expect(await all.next('message')).toMatchObject({ session_id: THERE, text: 'hola' });
    entry.sessions.emit({ kind: 'removed', sessionId: HERE });
    await Promise.all([limited.next('removed'), all.next('removed', ({ session_id: about }) => about === HERE)]);

    expect(page.events.map(({ event }) => event)).toEqual(['session', 'health', 'ready', 'removed']);
    expect(limited.events.map(({ event }) => event)).toEqual(['session', 'health', 'ready', 'removed']);
    expect(JSON.stringify(limited.events)).not.toContain(THERE);
  });

  it('begin with the session that another node has created with the token, even if that is known late', async () => {
    await using world = await startTwo();
    const { entry, other, nodes } = world;
    const { token } = await entry.tokens.issue(ADMIN, { sessionId: null, ttlMs: 60_000 });
    const holder = await entry.tokens.callerOf(token.reveal());
    await using page = await entry.follow(token.reveal());
    await using all = await entry.follow();
    await untilListeners(other, 1);
    other.sessions.emit({ kind: 'qr', sessionId: THERE, expiresAtMs: Date.parse(LATER) });
    await all.next('qr');
    entry.sessions.records.set(THERE, recordOf(THERE, 'connecting'));
    Object.assign(holder!.token!, { sessionId: THERE });
    nodes.clock.move(5_000);
    expect(await page.next('session')).toMatchObject({ session_id: THERE, status: 'connecting' });

    nodes.clock.move(5_000);
    other.sessions.emit({ kind: 'removed', sessionId: THERE });
    await page.next('removed');
    const names = page.events.map(({ event }) => event).filter((event) => event !== 'health');
    expect(names).toEqual(['ready', 'session', 'removed']);
  });

  it('report changes of only last_seen once a second', async () => {
    await using world = await startTwo();
    await using reader = await world.entry.follow();
    await untilListeners(world.other, 1);
    for (const second of [1, 2, 3]) {
      const record = recordOf(THERE, 'connected', { lastSeenMs: Date.UTC(2024, 0, 15, 10, 30, second) });
      world.other.sessions.emit({ kind: 'session', record, onlySeen: true });
    }
    // Something else follows: by then, what the clock has let go is here.
    const after = async () => {
      world.nodes.clock.move(1_000);
      world.other.sessions.emit({ kind: 'qr', sessionId: THERE, expiresAtMs: Date.parse(LATER) });
      await reader.next('qr');
    };
    await after();
    await after();
    const seen = reader.events.slice(4).filter(({ event }) => event === 'session');
    expect(seen.map(({ data }) => data.last_seen as string)).toEqual(['2024-01-15T10:30:03.000Z']);
  });

  it('cost other nodes nothing without readers', async () => {
    await using world = await startTwo();
    const [first, second] = [await world.entry.follow(), await world.entry.follow()];
    await untilListeners(world.other, 1);
    await first[Symbol.asyncDispose]();
    await untilListeners(world.other, 1);
    await second[Symbol.asyncDispose]();
    await untilListeners(world.other, 0);
    await using again = await world.entry.follow();
    await untilListeners(world.other, 1);
    world.other.sessions.emit({ kind: 'removed', sessionId: THERE });
    await again.next('removed');
  });

  it('do not show that a session moves', async () => {
    await using world = await startTwo();
    const third = await world.nodes.start('node-3', []);
    world.nodes.beat();
    await using reader = await world.entry.follow();
    await Promise.all([untilListeners(world.other, 1), untilListeners(third, 1)]);

    world.other.sessions.records.delete(THERE);
    third.sessions.emit(changed(recordOf(THERE, 'connected')));
    third.sessions.emit(changed(recordOf(THERE, 'error')));
    await reader.next('session', ({ status }) => status === 'error');
    expect(reader.events.slice(4)).toHaveLength(1);
  });

  it('come from a node that joins, from its next beat on', async () => {
    await using world = await startTwo();
    await using reader = await world.entry.follow();
    const joined = id('session_3_joined000');
    const third = await world.nodes.start('node-3', [joined]);
    world.nodes.beat();
    expect(await reader.next('session', ({ session_id: about }) => about === joined)).toMatchObject({
      status: 'connected',
    });
    third.sessions.emit({ kind: 'removed', sessionId: joined });
    expect(await reader.next('removed')).toEqual({ session_id: joined });
  });

  it('miss nothing when a node is not heard for a while', async () => {
    await using world = await startTwo();
    const { nodes, entry, other } = world;
    await using reader = await entry.follow();
    await untilListeners(other, 1);
    await other.network[Symbol.asyncDispose]();
    await untilListeners(other, 0);
    // Its internal port is closed: only the database tells.
    nodes.stored.set(THERE, recordOf(THERE, 'disconnected', { updatedAtMs: Date.parse(LATER) }));
    nodes.clock.move(5_000);
    await reader.next('session', ({ status }) => status === 'disconnected');
    nodes.stored.delete(THERE);
    await settle();
    nodes.clock.move(5_000);
    await reader.next('removed');
    expect(reader.events.slice(4).map(({ event }) => event)).toEqual(['session', 'removed']);
  });

  it('are bounded for a node that does not read', async () => {
    await using world = await startTwo();
    const client = new PeerClient({
      nodeId: 'node-1',
      trust: settingsOf('node-1').trust as never,
      clock: world.nodes.clock,
    });
    const stuck = client.open(world.nodes.living[1]!, { method: 'GET', url: FEED_PATH, headers: [] });
    const isCut = new Promise<void>((resolve) => {
      stuck.once('response', (answer) =>
        answer
          .once('data', () => answer.pause())
          .once('close', resolve)
          .on('error', () => undefined),
      );
    });
    stuck.end();
    await untilListeners(world.other, 1);
    const error = recordOf(THERE, 'error', { errorMessage: 'x'.repeat(100_000) });
    while (world.other.sessions.listeners > 0) {
      world.other.sessions.emit(changed(error));
      await settle();
    }
    stuck.destroy();
    await isCut;
    client[Symbol.dispose]();
  });
});

describe('what nodes tell each other', () => {
  it('is not to be had on the public port, and on the internal one by nodes only', async () => {
    await using world = await startTwo();
    const { entry, nodes } = world;
    const key = { Authorization: `Bearer ${KEY}` };
    const hop = {
      ...key,
      'x-wa-hop': '1',
      'x-wa-from': 'node-2',
      'x-wa-proof': `node-2 ${nodes.clock.now()} ${'0'.repeat(64)}`,
    };
    await request(entry.url)
      .get(FEED_PATH)
      .set(hop)
      .expect(404, /not_found/);
    await request(entry.network.url)
      .get(FEED_PATH)
      .set(hop)
      .expect(403, /not_permitted/);
    expect(entry.sessions.listeners).toBe(0);
  });
});
