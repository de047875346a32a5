import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FEED_PATH } from '../../../src/cluster/feed-reader.ts';
import { PeerClient } from '../../../src/cluster/peer-client.ts';
import { PROOF_HEADER, ProofCheck } from '../../../src/cluster/peer-proof.ts';
import { PeerFeeds } from '../../../src/cluster/peer-feeds.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { silentLogger as log } from '../../../src/kit/logger.ts';
import type { LivingNode } from '../../../src/ports/ownership.ts';
import { HandClock } from '../../api/hand-clock.ts';

const SECRET = new Secret('a secret that all nodes of a test share');

/** Lets the sockets of this machine do what they have to. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A node that answers on its internal port what the test says. */
class FakePeer implements AsyncDisposable {
  readonly requests: IncomingMessage[] = [];
  readonly streams: ServerResponse[] = [];
  /** How many connections are open. */
  open = 0;
  readonly #server = createServer((request, response) => {
    this.requests.push(request);
    this.streams.push(response);
    this.open += 1;
    response.once('close', () => (this.open -= 1));
    this.answer(response);
  });
  /** What it does at the beginning of a stream. */
  answer: (response: ServerResponse) => void = (response) => {
    response.writeHead(200).flushHeaders();
  };

  static async start(): Promise<FakePeer> {
    const peer = new FakePeer();
    await once(peer.#server.listen(0, '127.0.0.1'), 'listening');
    return peer;
  }

  node(nodeId: string, incarnation = nodeId): LivingNode {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const load = { owned: 0, online: 0 };
    return { nodeId, incarnation, url, version: '4', capacity: 1, beat: 1, load, isDraining: false };
  }

  /** The latest stream, once there are so many. */
  async stream(count: number): Promise<ServerResponse> {
    while (this.streams.length < count) await settle();
    return this.streams[count - 1]!;
  }

  async untilOpen(count: number): Promise<void> {
    while (this.open !== count) await settle();
  }

  async [Symbol.asyncDispose]() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The feeds of node-1, and what it hears. */
async function start() {
  const peer = await FakePeer.start();
  const clock = new HandClock(Date.UTC(2024, 0, 15, 10, 30));
  const client = new PeerClient({ nodeId: 'node-1', trust: { kind: 'secret', secret: SECRET }, clock });
  const cluster = { living: [peer.node('node-1', 'myself'), peer.node('node-2')] };
  const feeds = new PeerFeeds({ nodeId: 'node-1', living: () => cluster.living, client, clock, log });
  const heard: unknown[] = [];
  const listener = {
    silent: (nodeId: string) => void heard.push(`${nodeId} is silent`),
    heard: (nodeId: string, item: unknown) => void heard.push([nodeId, item]),
    gone: (nodeId: string) => void heard.push(`${nodeId} is gone`),
  };
  const until = async (count: number) => {
    while (heard.length < count) await settle();
  };
  return {
    ...{ peer, clock, feeds, cluster, heard, listener, until },
    async [Symbol.asyncDispose]() {
      feeds[Symbol.dispose]();
      client[Symbol.dispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
}

const SILENT = 'node-2 is silent';

describe('the streams of other nodes', () => {
  it('are open only while somebody listens, one for each other node, which knows where they come from', async () => {
    await using world = await start();
    world.feeds.look();
    await settle();
    expect(world.peer.streams).toEqual([]);

    const stop = world.feeds.follow(world.listener);
    await world.peer.stream(1);
    const { method, url, headers } = world.peer.requests[0]!;
    expect([method, url]).toEqual(['GET', FEED_PATH]);
    const proven = { method: 'GET', url: FEED_PATH, hop: '1', length: '', to: 'node-2' };
    const check = new ProofCheck(SECRET, world.clock);
    expect(check.judge(proven, String(headers[PROOF_HEADER]))).toEqual({ kind: 'right' });
    stop();
    await world.peer.untilOpen(0);
    world.clock.move(60_000);
    await settle();
    expect(world.peer.streams).toHaveLength(1);
    expect(world.heard).toEqual([SILENT]);
  });

  it('bring each item once, however the bytes are cut', async () => {
    await using world = await start();
    world.feeds.follow(world.listener);
    const stream = await world.peer.stream(1);
    const bytes = Buffer.from('{"a":"ñ😀"}\n\n{"b":2}\n{"c"');
    for (const byte of bytes) {
      stream.write(Buffer.of(byte));
      await settle();
    }
    stream.write(':3}\n');
    await world.until(4);
    expect(world.heard).toEqual([SILENT, ['node-2', { a: 'ñ😀' }], ['node-2', { b: 2 }], ['node-2', { c: 3 }]]);
  });

  it('are opened again when they end, less and less often', async () => {
    await using world = await start();
    world.peer.answer = (response) => void response.writeHead(200).end('{"a":1}\n');
    world.feeds.follow(world.listener);
    for (const [index, pauseMs] of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      await world.until(3 + 2 * index);
      world.clock.move(pauseMs - 1);
      await settle();
      expect(world.peer.streams).toHaveLength(index + 1);
      world.clock.move(1);
      await world.peer.stream(index + 2);
    }
  });

  it('are opened again soon when they have lasted', async () => {
    await using world = await start();
    world.peer.answer = (response) => void response.writeHead(200).end();
    world.feeds.follow(world.listener);
    await world.until(2);
    world.peer.answer = (response) => {
      response.writeHead(200).flushHeaders();
    };
    world.clock.move(500);
    const lasting = await world.peer.stream(2);
    for (let beats = 0; beats < 12; beats += 1) {
      lasting.write('{}\n');
      await world.until(3 + beats);
      world.clock.move(5_000);
    }
    lasting.destroy();
    await world.until(15);
    world.clock.move(500);
    await world.peer.stream(3);
  });

  it.each([
    ['is not JSON', (response: ServerResponse) => void response.writeHead(200).write('{"a":\n')],
    ['has no end', (response: ServerResponse) => void response.writeHead(200).write('1'.repeat(300_000))],
    ['is a refusal', (response: ServerResponse) => void response.writeHead(503).end('{"success":false}\n')],
    ['is not HTTP', (response: ServerResponse) => void response.socket?.end('hello\r\n\r\n')],
    [
      'floods',
      (response: ServerResponse) => void response.writeHead(200).write(`"${'x'.repeat(99_998)}"\n`.repeat(180)),
    ],
  ])('are closed when what comes %s, and opened again', async (_what, answer) => {
    await using world = await start();
    world.peer.answer = answer;
    world.feeds.follow(world.listener);
    while (world.heard.at(-1) !== SILENT || world.heard.length === 1) await settle();
    await world.peer.untilOpen(0);
    world.peer.answer = (response) => void response.writeHead(200).write('{"a":1}\n');
    world.heard.length = 0;
    world.clock.move(500);
    await world.until(1);
    expect(world.heard).toEqual([['node-2', { a: 1 }]]);
  });

  it.each([
    ['nothing', ''],
    ['half an item', '{"a":'],
  ])('are closed after 15 s in which %s came, and not while a node says that it is there', async (_what, half) => {
    await using world = await start();
    world.feeds.follow(world.listener);
    const stream = await world.peer.stream(1);
    stream.write('{"a":1}\n');
    await world.until(2);
    world.clock.move(14_000);
    stream.write('\n{"a":2}\n');
    await world.until(3);
    world.clock.move(14_000);
    stream.write(half === '' ? '\n{"a":3}\n' : `{"a":3}\n${half}`);
    await world.until(4);
    world.clock.move(14_999);
    expect(world.heard).toHaveLength(4);
    world.clock.move(1);
    expect(world.heard.slice(4)).toEqual([SILENT]);
    await world.peer.untilOpen(0);
  });

  it('are closed when the listener cannot make sense of them', async () => {
    await using world = await start();
    world.listener.heard = () => {
      throw new Error('What is this?');
    };
    world.feeds.follow(world.listener);
    (await world.peer.stream(1)).write('{}\n');
    await world.until(2);
    expect(world.heard).toEqual([SILENT, SILENT]);
    await world.peer.untilOpen(0);
  });

  it('come from nodes that join, and no more from those that are gone or were started anew', async () => {
    await using world = await start();
    world.feeds.follow(world.listener);
    const old = await world.peer.stream(1);
    world.cluster.living = [world.peer.node('node-2', 'its next run'), world.peer.node('node-3')];
    world.feeds.look();
    await world.peer.stream(3);
    expect(world.heard).toEqual([SILENT, 'node-2 is gone', SILENT, 'node-3 is silent']);
    await world.peer.untilOpen(2);
    old.destroy();
    world.cluster.living = [];
    world.feeds.look();
    await world.peer.untilOpen(0);
    expect(world.heard.slice(4)).toEqual(['node-2 is gone', 'node-3 is gone']);
  });

  it('are not to be had from a node that is not there', async () => {
    await using world = await start();
    await using gone = await FakePeer.start();
    world.cluster.living = [gone.node('node-2')];
    await gone[Symbol.asyncDispose]();
    world.feeds.follow(world.listener);
    await world.until(2);
    expect(world.heard).toEqual([SILENT, SILENT]);
  });
});
