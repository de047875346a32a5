import { type ErrorCode, ERRORS } from '../../src/domain/errors.ts';
import { ERROR_STATUS } from '../../src/http/responses/error-status.ts';
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
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${ERROR_STATUS[code]} `));
  expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/im);
  expect(head).toMatch(/^connection: close$/im);
  expect(JSON.parse(body)).toEqual({ success: false, error: code, message: ERRORS[code] });
}

describe('a malformed request', () => {
  it.each<[string, string, ErrorCode]>([
    ['plain words', 'hola, ¿quién es?\r\n\r\n', 'malformed_request'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed_request'],
    ['an invalid header', 'GET / HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n', 'malformed_request'],
    [
      'two Content-Lengths',
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      'malformed_request',
    ],
    [
      'a Content-Length and chunks',
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'malformed_request',
    ],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers_too_large'],
    [
      'a chunk without a size',
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      'malformed_request',
    ],
  ])('%s is refused with the usual error body', async (_what, text, code) => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write(text);
    expectRefusal(await client.closed(), code);
    expect(world.sessions.sent).toEqual([]);
  });

  it('without a Host header is refused', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions HTTP/1.1\r\nConnection: close\r\n\r\n');
    expectRefusal(await client.closed(), 'malformed_request');
  });

  it('of HTTP/1.0 needs no Host header', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions HTTP/1.0\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('with an unknown expectation is answered nevertheless', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('with .. in its path finds nothing', async () => {
    await using world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write('GET /sessions/../x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expectRefusal(await client.closed(), 'not_found');
  });

  it('with a truncated body reaches no handler, and the server keeps running', async () => {
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

  it('after a complete one does not affect its response', async () => {
    await using world = await startServer();
    const whatsapp = Promise.withResolvers<'acknowledged'>();
    world.sessions.hold = whatsapp.promise;
    const client = await RawClient.to(world.server.port);
    const head = `POST ${SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${HOLA.length}`;
    client.write(`${head}\r\n\r\n${HOLA} and more than it said\r\n\r\n`);
    await logged(world.lines, 'a connection sent an invalid request');
    whatsapp.resolve('acknowledged');
    const answer = await client.closed();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer).toMatch(/"messageId":"3EB01"[^]*}$/);
    expect(answer).not.toContain('malformed_request');
  });
});

describe('a request that does not arrive in time', () => {
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
  ])('is refused even if bytes of its %s keep trickling in', async (_what, text) => {
    await using world = await startServer({ headersMs: 50, requestMs: 100 });
    const client = await RawClient.to(world.server.port);
    client.write(text);
    const drip = setInterval(() => client.write('x'), 5);
    const answer = await client.closed().finally(() => clearInterval(drip));
    expectRefusal(answer, 'request_timeout');
    expect(world.sessions.sent).toEqual([]);
  });
});
