import { type ErrorCode, ERRORS } from '../../src/domain/errors.ts';
import { type ListenOptions, startHttpServer } from '../../src/http/server.ts';
import { RawClient } from './raw.ts';
import { CONNECTED, logged, startApi } from './support.ts';

const SEND = `/sessions/${CONNECTED}/send-message`;
const HOLA = '{"number":"5491234567890","message":"hola"}';

async function startServer(options: Partial<ListenOptions> = {}) {
  const api = startApi();
  const { clock, log } = api;
  const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock, log, ...options });
  return { ...api, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function expectRefusal(answer: string, code: ErrorCode): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${ERRORS[code].status} `));
  expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/im);
  expect(head).toMatch(/^connection: close$/im);
  expect(JSON.parse(body)).toEqual({ success: false, error: code, message: ERRORS[code].message });
}

describe('a request that is no HTTP', () => {
  it.each<[string, string, ErrorCode]>([
    ['words', 'hola, ¿quién es?\r\n\r\n', 'malformed_request'],
    ['a method that is none', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed_request'],
    ['a header that is none', 'GET / HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n', 'malformed_request'],
    [
      'two lengths',
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      'malformed_request',
    ],
    [
      'a length and chunks',
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'malformed_request',
    ],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers_too_large'],
    [
      'a chunk without a size',
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      'malformed_request',
    ],
  ])('%s gets an answer of our shape', async (_what, text, code) => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write(text);
    expectRefusal(await client.closed(), code);
    expect(world.sessions.sent).toEqual([]);
  });

  it('without a host is refused', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions HTTP/1.1\r\nConnection: close\r\n\r\n');
    expectRefusal(await client.closed(), 'malformed_request');
  });

  it('HTTP/1.0 needs no host', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions HTTP/1.0\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('with an expectation is answered as if it had none', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('a path that climbs finds nothing', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions/../x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expectRefusal(await client.closed(), 'not_found');
  });

  it('a body that breaks off reaches nobody, and the server goes on', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write(
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n${HOLA}`,
    );
    client.leave();
    const answer = await fetch(`${world.server.url}/sessions`);
    expect(answer.status).toBe(200);
    expect(world.sessions.sent).toEqual([]);
  });

  it('what follows a whole request does not spoil its answer', async () => {
    await using world = await startServer();
    const whatsapp = Promise.withResolvers<'acknowledged'>();
    world.sessions.hold = whatsapp.promise;
    const client = await RawClient.to(world.server.port);
    const head = `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${HOLA.length}`;
    client.write(`${head}\r\n\r\n${HOLA} and more than it said\r\n\r\n`);
    await logged(world.lines, 'a connection brought no valid request');
    whatsapp.resolve('acknowledged');
    const answer = await client.closed();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer).toMatch(/"messageId":"3EB01"[^]*}$/);
    expect(answer).not.toContain('malformed_request');
  });
});

describe('a request that does not arrive', () => {
  const HEADERS = `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n`;

  it.each([
    ['nothing comes', ''],
    ['its headers take too long', 'GET /sessions HTTP/1.1\r\nHost: x\r\n'],
    ['its body takes too long', `${HEADERS}\r\n{`],
  ])('is refused when %s', async (_what, text) => {
    await using world = await startServer({ headersMs: 50, requestMs: 100 });
    const client = await RawClient.to(world.server.port);
    client.write(text);
    expectRefusal(await client.closed(), 'request_timeout');
  });

  it.each([
    ['headers', `${HEADERS}X-Long: `],
    ['body', `${HEADERS}\r\n{"message": "`],
  ])('is refused also when a byte of its %s comes now and then', async (_what, text) => {
    await using world = await startServer({ headersMs: 50, requestMs: 100 });
    const client = await RawClient.to(world.server.port);
    client.write(text);
    const drip = setInterval(() => client.write('x'), 5);
    const answer = await client.closed().finally(() => clearInterval(drip));
    expectRefusal(answer, 'request_timeout');
    expect(world.sessions.sent).toEqual([]);
  });
});
