import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const SEND = `/sessions/${CONNECTED}/send-message`;

function refusal(code: ErrorCode, message: string = ERRORS[code]) {
  return { success: false, error: code, message };
}

it('does not take the names of object properties for session ids', async () => {
  const { app } = startApi();
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    await request(app).get(`/sessions/${name}`).expect(404, refusal('session_not_found'));
  }
});

describe('an unknown path or method', () => {
  it.each(['/', '/nothing', '/sessions/a/b/c', '/favicon.ico', '/sessions/%zz', '/sessions/%E0%A4%A', '/%'])(
    'GET %s is not found',
    async (path) => {
      const { app } = startApi();
      const { status, body } = await answerTo(request(app).get(path));
      expect(status).toBe(404);
      expect(body).toEqual(refusal('not_found'));
    },
  );

  it.each([
    ['post', '/generate-qr', 'GET, HEAD, OPTIONS'],
    ['put', '/sessions', 'GET, HEAD, OPTIONS'],
    ['patch', `/sessions/${CONNECTED}`, 'GET, DELETE, HEAD, OPTIONS'],
    ['get', SEND, 'POST, OPTIONS'],
    ['get', `/sessions/${CONNECTED}/restart`, 'POST, OPTIONS'],
    ['get', '/config/download-media', 'POST, OPTIONS'],
    ['delete', '/callbacks/1', 'GET, HEAD, OPTIONS'],
    ['get', '/callbacks/1/retry', 'POST, OPTIONS'],
    ['put', '/callbacks/replay', 'POST, OPTIONS'],
    ['post', '/events', 'GET, HEAD, OPTIONS'],
    ['delete', '/health', 'GET, HEAD, OPTIONS'],
  ] as const)('%s %s is refused, and the response lists the supported methods', async (method, path, allowed) => {
    const { app } = startApi();
    const { status, body, headers } = await answerTo(request(app)[method](path));
    expect(status).toBe(405);
    expect(body).toEqual(refusal('method_not_allowed'));
    expect(headers.allow).toBe(allowed);
  });

  it('OPTIONS lists the methods of a path', async () => {
    const { app } = startApi();
    const { headers } = await request(app).options('/sessions').expect(204);
    expect(headers.allow).toBe('GET, HEAD, OPTIONS');
  });

  it('HEAD is GET without the body', async () => {
    const { app } = startApi();
    const [head, get] = [await request(app).head('/sessions'), await request(app).get('/sessions')];
    expect(head.status).toBe(200);
    expect(head.text).toBeUndefined();
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });
});

describe('an invalid body', () => {
  const OBJECT = 'The body must be a JSON object.';
  const HOLA = '{"number":"5491234567890","message":"hola"}';

  it.each([
    ['broken JSON', '{"number": ', refusal('invalid_json')],
    ['not JSON at all', 'number=549', refusal('invalid_json')],
    ['a list', '[]', refusal('invalid_body', OBJECT)],
    ['null', 'null', refusal('invalid_body', OBJECT)],
    ['a text', '"hola"', refusal('invalid_body', OBJECT)],
    ['a number', '42', refusal('invalid_body', OBJECT)],
    ['deeply nested', '['.repeat(100_000), refusal('invalid_json')],
  ])('is refused if it is %s', async (_name, sent, expected) => {
    const { app } = startApi();
    await request(app).post(SEND).type('json').send(sent).expect(400, expected);
  });

  it('is refused if it is missing', async () => {
    const { app } = startApi();
    await request(app).post(SEND).expect(400, refusal('invalid_body', OBJECT));
  });

  it('is refused if it exceeds the limit by one byte', async () => {
    const { app, sessions } = startApi();
    const padded = (bytes: number) => HOLA + ' '.repeat(bytes - HOLA.length);
    await request(app)
      .post(SEND)
      .type('json')
      .send(padded(512 * 1024))
      .expect(200);
    await request(app)
      .post(SEND)
      .type('json')
      .send(padded(512 * 1024 + 1))
      .expect(413, refusal('body_too_large'));
    expect(sessions.sent).toHaveLength(1);
  });

  it('is refused if it exceeds the limit after decompression', async () => {
    const { app } = startApi();
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const sent = request(app).post(SEND).type('json').set('Content-Encoding', 'gzip').serialize(unchanged).send(bomb);
    await sent.expect(413, refusal('body_too_large'));
  });

  it('may be compressed', async () => {
    const { app, sessions } = startApi();
    const sent = request(app).post(SEND).type('json').set('Content-Encoding', 'gzip').serialize(unchanged);
    await sent.send(gzipSync(HOLA)).expect(200);
    expect(sessions.sent).toHaveLength(1);
  });

  it.each([
    [
      'another media type',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      415,
      refusal('unsupported_media_type'),
    ],
    ['plain text', { 'Content-Type': 'text/plain' }, 415, refusal('unsupported_media_type')],
    ['an invalid media type', { 'Content-Type': 'json' }, 415, refusal('unsupported_media_type')],
    ['another charset', { 'Content-Type': 'application/json; charset=latin1' }, 415, refusal('unsupported_media_type')],
    [
      'an unknown charset',
      { 'Content-Type': 'application/json; charset=utf-99' },
      415,
      refusal('unsupported_media_type'),
    ],
    [
      'an unknown compression',
      { 'Content-Type': 'application/json', 'Content-Encoding': 'rar' },
      415,
      refusal('unsupported_media_type'),
    ],
    [
      'a false compression',
      { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      400,
      refusal('invalid_body'),
    ],
  ])('is refused with %s', async (_name, headers, status, expected) => {
    const { app, sessions } = startApi();
    await request(app).post(SEND).set(headers).serialize(unchanged).send(HOLA).expect(status, expected);
    expect(sessions.sent).toEqual([]);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset=UTF-8',
    'application/ld+json',
  ])('is accepted as %s', async (type) => {
    const { app } = startApi();
    await request(app).post(SEND).set('Content-Type', type).serialize(unchanged).send(HOLA).expect(200);
  });

  it('may have unknown fields', async () => {
    const { app, sessions } = startApi();
    const body = '{"number":"5491234567890","message":"hola","__proto__":{"message":"x"},"extra":[1]}';
    await request(app).post(SEND).type('json').send(body).expect(200);
    expect(sessions.sent).toMatchObject([{ content: { text: 'hola' } }]);
  });
});

function unchanged(body: unknown): string {
  return body as string;
}
