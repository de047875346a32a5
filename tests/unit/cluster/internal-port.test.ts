import { request as httpRequest } from 'node:http';
import { proofOf, PROOF_HEADER, type ProvenRequest } from '../../../src/cluster/peer-proof.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { HandClock } from '../../api/hand-clock.ts';
import { RawClient } from '../../api/raw.ts';
import { echo, SECRET, startPeers } from './peers.ts';

const PATH = '/sessions/x/send-message';
const POST: ProvenRequest = { method: 'POST', url: PATH, hop: '1', length: '4', to: 'owner' };

/** A node with its internal port, and somebody who calls it without being one. */
async function startPort() {
  const peers = await startPeers();
  const { port: tcpPort } = peers.internal;
  const proof = (request: Partial<ProvenRequest> = {}, { secret = SECRET, nowMs = peers.clock.now() } = {}) =>
    proofOf({ ...POST, ...request }, { from: 'entry', nowMs, secret });
  return {
    ...peers,
    proof,
    /** Sends these headers with `POST` and four bytes; resolves with the status and the reason of a refusal. */
    knock(headers: Record<string, string | string[]>, { method = 'POST', path = PATH, body = 'hola' } = {}) {
      return new Promise<[number | undefined, unknown]>((resolve, reject) => {
        const length = method === 'GET' ? {} : { 'Content-Length': body.length };
        const sent = httpRequest({
          port: tcpPort,
          host: '127.0.0.1',
          method,
          path,
          headers: { ...length, ...headers },
        });
        sent.once('error', reject).once('response', (answer) => {
          answer.resume();
          resolve([answer.statusCode, answer.headers['x-wa-refused']]);
        });
        sent.end(method === 'GET' ? undefined : body);
      });
    },
    [Symbol.asyncDispose]: () => peers[Symbol.asyncDispose](),
  };
}

const hop = (proof: string) => ({ 'x-wa-hop': '1', 'x-wa-from': 'entry', [PROOF_HEADER]: proof });

describe('the internal port with a secret', () => {
  it('takes the request of a node', async () => {
    await using node = await startPort();
    expect(await node.knock(hop(node.proof()))).toEqual([200, undefined]);
  });

  it.each<[string, Partial<ProvenRequest>]>([
    ['another method', { method: 'PUT' }],
    ['another path', { url: `${PATH}?a=1` }],
    ['another length', { length: '5' }],
    ['no length', { length: '' }],
    ['another hop', { hop: '2' }],
    ['another node', { to: 'third' }],
  ])('refuses a proof for %s', async (_what, proven) => {
    await using node = await startPort();
    expect(await node.knock(hop(node.proof(proven)))).toEqual([403, 'no-node']);
    expect(node.requests).toEqual([]);
  });

  it('refuses a request without a proof, with a wrong one, and one of another secret', async () => {
    await using node = await startPort();
    const proof = node.proof();
    const { 'x-wa-hop': one, ...rest } = hop(proof);
    const other = node.proof({}, { secret: new Secret('a secret of another cluster, as long') });
    const wrong = [
      `third${proof.slice(5)}`,
      `${proof}0`,
      proof.slice(0, -1),
      proof.toUpperCase(),
      ` ${proof}`.repeat(2),
      '',
    ];
    const statuses = [];
    for (const headers of [{}, rest, { 'x-wa-hop': one }, { ...hop(proof), 'x-wa-hop': ['1', '1'] }, hop(other)]) {
      statuses.push((await node.knock(headers))[0]);
    }
    for (const text of wrong) statuses.push((await node.knock(hop(text)))[0]);
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(node.requests).toEqual([]);
    // Knocking does not fill the log.
    expect(node.lines.owner.filter(({ msg }) => msg.includes('proved no node'))).toHaveLength(1);
  });

  it('refuses what it has had before, and lets nodes read twice', async () => {
    await using node = await startPort();
    const [send, read] = [hop(node.proof()), hop(node.proof({ method: 'GET', length: '' }))];
    const statuses = [];
    for (const once of [send, send]) statuses.push(await node.knock(once));
    for (const twice of [read, read]) statuses.push(await node.knock(twice, { method: 'GET' }));
    expect(statuses).toEqual([
      [200, undefined],
      [403, 'repeated'],
      [200, undefined],
      [200, undefined],
    ]);
    expect(node.lines.owner).toContainEqual(
      expect.objectContaining({ nodeId: 'entry', msg: expect.stringContaining('it came before') as string }),
    );
  });

  it('never takes a proof twice, however the clocks differ', async () => {
    await using node = await startPort();
    const { clock } = node;
    // Of a node whose clock is ahead: good until two minutes from now.
    const ahead = hop(node.proof({}, { nowMs: clock.now() + 60_000 }));
    expect(await node.knock(ahead)).toEqual([200, undefined]);
    clock.move(120_000);
    expect(await node.knock(ahead)).toEqual([403, 'repeated']);
    clock.move(1);
    expect(await node.knock(ahead)).toEqual([403, 'clock']);
  });

  it('takes two requests of the same moment that say the same', async () => {
    await using node = await startPort();
    const answers = await Promise.all([1, 2].map(() => node.call({ method: 'POST', body: 'hola' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each([
    ['behind', -61],
    ['ahead', 61],
  ])('refuses a node whose clock is %s, and both say why', async (_how, seconds) => {
    const clock = new HandClock(Date.UTC(2024, 0, 15) + seconds * 1_000);
    await using nodes = await startPeers({ clock, ownerClock: new HandClock(Date.UTC(2024, 0, 15)) });
    expect(await (await nodes.call({ method: 'POST', body: 'hola' })).text()).toBe('session_moving');
    expect(nodes.requests).toEqual([]);
    expect(nodes.lines.owner).toContainEqual(
      expect.objectContaining({
        nodeId: 'entry',
        aheadSeconds: seconds,
        msg: expect.stringContaining('60 s') as string,
      }),
    );
    expect(nodes.lines.entry).toContainEqual(
      expect.objectContaining({ nodeId: 'owner', msg: expect.stringContaining('60 s') as string }),
    );
  });

  it('says that a clock is wrong, however many strangers knock', async () => {
    await using node = await startPort();
    await node.knock({});
    await node.knock(hop(node.proof({}, { nowMs: node.clock.now() - 60_001 })));
    expect(node.lines.owner.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('its clock'));
  });
});

it('headers that are too large for any request of a node are refused', async () => {
  await using node = await startPort();
  const client = await RawClient.to(node.internal.port);
  client.write(`GET / HTTP/1.1\r\nHost: x\r\nx-wa-proof: ${'a'.repeat(24 * 1024)}\r\n\r\n`);
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 431 /);
});

it('what the public port takes, the internal port takes from a node', async () => {
  await using nodes = await startPeers({ owner: echo });
  const large = 'a'.repeat(15 * 1024);
  expect((await nodes.call({ headers: { 'x-large': large } })).status).toBe(200);
  expect(nodes.requests[0]?.headers['x-large']).toBe(large);
});

it('a client who speaks slowly, or not at all, loses its connection', async () => {
  await using nodes = await startPeers({ listening: { headersMs: 50, maxStrangers: 3 } });
  const { port } = nodes.internal;
  const slow = await RawClient.to(port);
  slow.write('POST / HTTP/1.1\r\nHost: x\r\n');
  expect(await slow.closed()).toMatch(/^HTTP\/1\.1 408 /);
  const silent = await Promise.all([1, 2, 3].map(() => RawClient.to(port)));
  const more = await RawClient.to(port);
  await Promise.race(silent.map((client) => client.closed()));
  expect((await nodes.call()).status).toBe(200);
  more.leave();
});
