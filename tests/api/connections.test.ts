import type { RequestListener } from 'node:http';
import { connect as tlsConnect } from 'node:tls';
import { ADMIN } from '../../src/http/access/caller.ts';
import { type ListenOptions, startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import { TestAuthority } from '../harness/test-certificates.ts';
import { RawClient } from './raw.ts';
import { CONNECTED, logged, startApi } from './support.ts';

const SEND = `/sessions/${CONNECTED}/send-message`;
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

async function startServer(options: Partial<ListenOptions> = {}, deps: Parameters<typeof startApi>[0] = {}) {
  const api = startApi(deps);
  const { clock, log } = api;
  const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock, log, ...options });
  return { ...api, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('requests of one connection', () => {
  it('are handled one after the other, in order', async () => {
    await using world = await startServer();
    const list = Promise.withResolvers<undefined>();
    world.sessions.holdList = list.promise;
    const client = await RawClient.to(world.server.port);
    client.write(get('/sessions') + get('/generate-qr') + get('/livez', 'Connection: close\r\n'));
    // Another connection is not held up, and shows that the second request has not been handled.
    expect((await fetch(`${world.server.url}/livez`)).status).toBe(200);
    expect(world.sessions.records.size).toBe(2);
    list.resolve(undefined);
    expect(await client.closed()).toMatch(/"data":\[[^]*"qrText":[^]*{"success":true}$/);
  });

  it('are not handled when there are more than any client sends', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write(get('/generate-qr').repeat(1_000));
    await client.closed();
    expect(world.sessions.records.size).toBeLessThanOrEqual(3);
  });
});

it('a client that does not read is disconnected, and one that waits for the server is not', async () => {
  const { clock, log, lines } = startApi();
  const answer = Promise.withResolvers<Buffer>();
  const app: RequestListener = ({ url }, res) => {
    if (url === '/large') res.end(Buffer.alloc(64 * 1024 * 1024));
    else void answer.promise.then((bytes) => res.end(bytes));
  };
  const drainable = Object.assign(app, { drain: () => Promise.resolve() });
  await using server = await startHttpServer(drainable, { host: '127.0.0.1', port: 0, clock, log, unreadMs: 100 });
  const patient = fetch(`${server.url}/slow`);
  const client = await RawClient.to(server.port);
  client.stopReading();
  client.write(get('/large'));
  await logged(lines, 'a client does not read its response');
  answer.resolve(Buffer.from('at last'));
  expect(await (await patient).text()).toBe('at last');
  client.leave();
});

it('too many connections cost the oldest stranger its own, and no caller', async () => {
  await using world = await startServer({ maxStrangers: 3 }, { apiKeys: [new Secret('a-key')] });
  const caller = await RawClient.to(world.server.port);
  caller.write(get('/sessions', 'X-API-Key: a-key\r\n'));
  await caller.until(/"success":true/);
  const strangers: RawClient[] = [];
  for (let count = 0; count < 4; count += 1) {
    const stranger = await RawClient.to(world.server.port);
    stranger.write(get('/livez'));
    await stranger.until(/"success":true/);
    strangers.push(stranger);
  }
  await strangers[0]!.closed();
  for (const kept of [caller, ...strangers.slice(1)]) {
    kept.write(get('/livez', 'Connection: close\r\n'));
    expect(await kept.closed()).toMatch(/{"success":true}$/);
  }
});

it('handshakes that are never over cost the oldest stranger its own connection, and no caller', async () => {
  const certificate = new TestAuthority().issue({ names: ['owner'] });
  const { app, clock, log, lines } = startApi({ apiKeys: [new Secret('a-key')] });
  const options = { host: '127.0.0.1', port: 0, clock, log, maxStrangers: 3, internal: { tls: certificate } };
  await using server = await startHttpServer(app, options);
  const caller = new RawClient(tlsConnect({ port: server.port, ca: certificate.ca, servername: 'owner' }));
  caller.write(get('/sessions', 'X-API-Key: a-key\r\n'));
  await caller.until(/"success":true/);
  const silent: RawClient[] = [];
  for (let count = 0; count < 4; count += 1) silent.push(await RawClient.to(server.port));
  await silent[0]!.closed();
  expect(lines.map(({ msg }) => msg)).toContain('too many connections without a caller: the oldest is closed');
  caller.write(get('/livez', 'Connection: close\r\n'));
  expect(await caller.closed()).toMatch(/{"success":true}$/);
  silent.forEach((client) => client.leave());
});

it('a request that was refused before its end is closed', async () => {
  await using world = await startServer({}, { apiKeys: [new Secret('a-key')] });
  const client = await RawClient.to(world.server.port);
  client.write(`POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{`);
  await client.until(/"error":"unauthorized"/);
  world.clock.move(2_000);
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 401 /);
});

it('live events of pages leave room for those of keys, however many tokens there are', async () => {
  await using world = await startServer({}, { apiKeys: [new Secret('a-key')] });
  const token = async () => (await world.tokens.issue(ADMIN, { sessionId: CONNECTED, ttlMs: 60_000 })).token.reveal();
  const follow = async (key: string) => {
    const client = await RawClient.to(world.server.port);
    client.write(get('/sessions/events', `Authorization: Bearer ${key}\r\n`));
    return client.until(/event: ready|too_many_streams/);
  };
  const tokens = await Promise.all(Array.from({ length: 15 }, token));
  for (const answer of await Promise.all(tokens.flatMap((key) => [1, 2, 3, 4].map(() => follow(key))))) {
    expect(answer).toContain('event: ready');
  }
  expect(await follow(tokens[0]!)).toContain('too_many_streams');
  expect(await follow(await token())).toContain('too_many_streams');
  const { text } = await world.keys.create({ name: '', scopes: ['sessions:read'], sessions: null });
  for (const key of [text.reveal(), 'a-key']) expect(await follow(key)).toContain('event: ready');
});
