import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import request from 'supertest';
import { AppError } from '../../src/domain/errors.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import type { Forwarding, Owner } from '../../src/ports/cluster.ts';
import { RawClient } from './raw.ts';
import { CONNECTED, id, startApi } from './support.ts';

const KEY = 'the-admin-key';
const REMOTE = id('session_1705312200999_remote001');
const UNKNOWN = id('session_1_unknown00');
const SEND = `/sessions/${REMOTE}/send-message`;
const SENT = { success: true, messageId: '3EB0FF', status: 'sent', to: '5491234567890@s.whatsapp.net' };

/** Sends the request as it is to the node, and pipes its answer back: what a forwarder of a cluster does. */
async function pipeThrough(req: IncomingMessage, res: ServerResponse, { owner: { url } }: Forwarding) {
  const { method, headers } = req;
  const forwarded = httpRequest(`${url}${req.url}`, { method, headers });
  const answered = once(forwarded, 'response') as Promise<[IncomingMessage]>;
  await pipeline(req, forwarded);
  const [answer] = await answered;
  res.writeHead(answer.statusCode ?? 0, answer.headers);
  await pipeline(answer, res);
  return 'answered' as const;
}

/** Another node, over a real socket, which records what it receives. */
async function startNode() {
  const requests: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = [];
  let received = '';
  const hold = { answer: Promise.resolve<unknown>(undefined) };
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    received = '';
    for await (const chunk of req.setEncoding('utf8')) received += chunk as string;
    requests.push({ method: req.method!, url: req.url!, headers: req.headers, body: received });
    await hold.answer;
    res.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Idempotency-Replayed': 'true' });
    res.end(JSON.stringify(SENT));
  };
  const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ requests, hold, url: `http://127.0.0.1:${port}` },
    /** Resolves when this part of a body has arrived. */
    async untilReceived(text: string): Promise<void> {
      while (received !== text) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The entry node of a cluster in which the other node owns one session. */
async function startCluster() {
  const node = await startNode();
  const asked: SessionId[] = [];
  const owner: Owner = { kind: 'other-node', nodeId: 'node-2', incarnation: 'first', url: node.url };
  const cluster = {
    directory: {
      ownerOf(sessionId: SessionId): Promise<Owner> {
        asked.push(sessionId);
        return Promise.resolve(sessionId === REMOTE ? owner : { kind: 'this-node' });
      },
      owns: (sessionId: SessionId) => sessionId !== REMOTE,
      isElsewhere: () => false,
    },
    forwarder: { forward: pipeThrough },
    hopOf: () => undefined,
  };
  const api = startApi({ apiKeys: [new Secret(KEY)], cluster });
  const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock: api.clock, log: api.log });
  const end = () => server[Symbol.asyncDispose]();
  return {
    ...{ ...api, node, asked, cluster, server, end },
    async [Symbol.asyncDispose]() {
      await end();
      await node[Symbol.asyncDispose]();
    },
  };
}

const post = (url: string, body: string, headers: Record<string, string> = {}, query = '') =>
  fetch(`${url}${SEND}${query}`, {
    method: 'POST',
    body,
    headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json', ...headers },
  });

describe("a request for another node's session", () => {
  it('reaches that node as it came, and its answer comes back', async () => {
    await using world = await startCluster();
    // Not even valid JSON: nobody here reads it.
    const answer = await post(world.server.url, '{"number": ', {
      'Idempotency-Key': 'order-1',
      'X-Request-Id': 'request-1',
      'X-Own-Header': 'kept',
    });

    expect([answer.status, await answer.json()]).toEqual([200, SENT]);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    expect(world.node.requests).toEqual([
      {
        method: 'POST',
        url: SEND,
        headers: expect.objectContaining({
          host: new URL(world.server.url).host,
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
          'content-length': '11',
          'idempotency-key': 'order-1',
          'x-request-id': 'request-1',
          'x-own-header': 'kept',
        }) as object,
        body: '{"number": ',
      },
    ]);
    expect(world.sessions.sent).toEqual([]);
    expect(world.answers.answers.size).toBe(0);
  });

  it('keeps its query', async () => {
    await using world = await startCluster();
    await post(world.server.url, '{}', {}, '?a=%2B54&b=1');
    expect(world.node.requests.map(({ url }) => url)).toEqual([`${SEND}?a=%2B54&b=1`]);
  });

  it('is streamed: the node has the beginning of a body whose end has not been sent', async () => {
    await using world = await startCluster();
    const client = await RawClient.to(world.server.port);
    client.write(
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nContent-Length: 10\r\n\r\nfirst`,
    );
    await world.node.untilReceived('first');
    client.write(' half');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK[^]*"messageId":"3EB0FF"/);
  });

  it('is authorized here first', async () => {
    await using world = await startCluster();
    const { text: otherSession } = await world.keys.create({
      ...{ name: '', scopes: ['messages:send'], sessions: [CONNECTED] },
    });
    const { text: otherScope } = await world.keys.create({ name: '', scopes: ['sessions:read'], sessions: null });
    const statuses = [];
    for (const key of ['nobody', otherScope.reveal(), otherSession.reveal()]) {
      const { status } = await post(world.server.url, '{}', { Authorization: `Bearer ${key}` });
      statuses.push(status);
    }
    expect(statuses).toEqual([401, 403, 404]);
    expect(world.asked).toEqual([]);
    expect(world.node.requests).toEqual([]);
  });

  it('is finished before the server ends', async () => {
    await using world = await startCluster();
    const gate = Promise.withResolvers<undefined>();
    world.node.hold.answer = gate.promise;
    const answer = post(world.server.url, '{}');
    while (world.node.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const order: string[] = [];
    const end = world.end().then(() => order.push('ended'));
    await expect(fetch(`${world.server.url}/health`)).rejects.toThrow();
    order.push('answered');
    gate.resolve(undefined);
    expect((await answer).status).toBe(200);
    await end;
    expect(order).toEqual(['answered', 'ended']);
  });

  it('is refused in the usual form while nothing has been answered', async () => {
    await using world = await startCluster();
    world.cluster.forwarder.forward = () => Promise.reject(new AppError('whatsapp_timeout'));
    const answer = await post(world.server.url, '{}');
    expect([answer.status, await answer.json()]).toMatchObject([504, { success: false, error: 'whatsapp_timeout' }]);
  });
});

it('answers for its own sessions, and refuses those that nobody knows', async () => {
  await using world = await startCluster();
  const get = (path: string) => request(world.app).get(path).set('X-API-Key', KEY);
  await get(`/sessions/${CONNECTED}`).expect(200);
  await get(`/sessions/${UNKNOWN}`).expect(404, /session_not_found/);
  await get('/sessions').expect(200);
  expect(world.asked).toEqual([CONNECTED, UNKNOWN]);
  expect(world.node.requests).toEqual([]);
});
