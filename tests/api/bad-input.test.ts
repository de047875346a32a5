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
  it.each(['//', '/nothing', '/sessions/a/b/c', '/favicon.ico', '/sessions/%zz', '/sessions/%E0%A4%A', '/%'])(
    'GET %s is not found',
    async (path) => {
      const { app } = startApi();
      const { status, body } = await answerTo(request(app).get(path));
      expect(status).toBe(404);
      expect(body).toEqual(refusal('not_found'));
    },
  );

  it.each([
    ['post', '/generate-qr', 'GET, OPTIONS'],
    ['put', '/sessions', 'POST, GET, HEAD, OPTIONS'],
    ['put', `/sessions/${CONNECTED}`, 'GET, PATCH, DELETE, HEAD, OPTIONS'],
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
    expect(headers.allow).toBe('POST, GET, HEAD, OPTIONS');
  });

  it('HEAD is GET without the body', async () => {
    const { app } = startApi();
    const [head, get] = [await request(app).head('/sessions'), await request(app).get('/sessions')];
    expect(head.status).toBe(200);
    expect(head.text).toBeUndefined();
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });
});

it('HEAD of a QR is refused: a QR is a new session', async () => {
  const { app, sessions } = startApi();
  const { headers } = await request(app).head('/generate-qr').expect(405);
  expect(headers.allow).toBe('GET, OPTIONS');
  expect(sessions.records.size).toBe(2);
  await request(app).head(`/sessions/${CONNECTED}`).expect(200);
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

  describe('that is compressed', () => {
    const COMPRESSED = 'The body must not be compressed: send it as it is, or set COMPRESSED_BODIES=true.';
    const sendGzip = (app: Parameters<typeof request>[0], plain: string | Buffer) =>
      request(app).post(SEND).type('json').set('Content-Encoding', 'gzip').serialize(unchanged).send(gzipSync(plain));

    it('is refused unread', async () => {
      const { app, sessions } = startApi();
      await sendGzip(app, HOLA).expect(415, refusal('unsupported_media_type', COMPRESSED));
      expect(sessions.sent).toEqual([]);
    });

    it('is accepted with COMPRESSED_BODIES=true', async () => {
      const { app, sessions } = startApi({ compressedBodies: true });
      await sendGzip(app, HOLA).expect(200);
      expect(sessions.sent).toHaveLength(1);
    });

    it('is refused even then if it exceeds a limit after decompression', async () => {
      const { app } = startApi({ compressedBodies: true });
      await sendGzip(app, Buffer.alloc(50 * 1024 * 1024, ' ')).expect(413, refusal('body_too_large'));
      await sendGzip(app, `[${'[],'.repeat(20_000)}0]`).expect(400, /more than 10000 values/);
    });

    it('is refused even then if it is not compressed as declared', async () => {
      const { app } = startApi({ compressedBodies: true });
      const sent = request(app).post(SEND).type('json').set('Content-Encoding', 'gzip').serialize(unchanged);
      await sent.send(HOLA).expect(400, refusal('invalid_body'));
    });
  });

  it('with more values or levels than any request needs is refused before it is parsed', async () => {
    const { app, sessions } = startApi();
    const MANY = 'The body has more than 10000 values.';
    const DEEP = 'The body is nested more than 32 levels deep.';
    const hola = (extra: string) => `{"number":"5491234567890","message":"hola","extra":${extra}}`;
    for (const [extra, message] of [
      [`[${'0,'.repeat(10_000)}0]`, MANY],
      [`{${'"":{},'.repeat(10_000)}"":0}`, MANY],
      [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, DEEP],
      ['{"a":'.repeat(5_000), DEEP],
    ] as const) {
      await request(app).post(SEND).type('json').send(hola(extra)).expect(400, refusal('invalid_body', message));
    }
    await request(app)
      .post(SEND)
      .type('json')
      .send(hola(`"${'[{,'.repeat(20_000)}\\""`))
      .expect(200);
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
      refusal(
        'unsupported_media_type',
        'The body must not be compressed: send it as it is, or set COMPRESSED_BODIES=true.',
      ),
    ],
    ['UTF-16', { 'Content-Type': 'application/json; charset=utf-16le' }, 415, refusal('unsupported_media_type')],
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
