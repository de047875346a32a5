import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const SEND = `/sessions/${CONNECTED}/send-message`;

function refusal(code: ErrorCode, message: string = ERRORS[code].message) {
  return { success: false, error: code, message };
}

describe('a session id that is none', () => {
  const FORMS = [
    '..%2fx',
    '..%2F..%2Fetc%2Fpasswd',
    '__proto__',
    '.hidden',
    '%00',
    'a%20b',
    '%F0%9F%91%8B',
    'x'.repeat(101),
  ];
  const ROUTES_OF_A_SESSION = ROUTES.filter(({ path }) => path.includes(':sessionId'));

  it.each(ROUTES_OF_A_SESSION.flatMap((route) => FORMS.map((form) => [route.method, route.path, form] as const)))(
    '%s %s with %s names no session',
    async (method, path, form) => {
      const { app } = startApi();
      const sent = request(app)[method](path.replace(':sessionId', form));
      const { status, body } = await answerTo(sent.send({ number: '5491234567890', message: 'x' }));
      expect(status).toBe(404);
      expect(body).toEqual(refusal('session_not_found'));
    },
  );

  it('names no session either when it is a name that every object has', async () => {
    const { app } = startApi();
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      await request(app).get(`/sessions/${name}`).expect(404, refusal('session_not_found'));
    }
  });
});

describe('a path or method that is none', () => {
  it.each(['/', '/nothing', '/sessions/a/b/c', '/favicon.ico', '/sessions/%zz', '/sessions/%E0%A4%A', '/%'])(
    'GET %s finds nothing',
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
  ] as const)('%s %s is refused, and the answer says what is taken', async (method, path, allowed) => {
    const { app } = startApi();
    const { status, body, headers } = await answerTo(request(app)[method](path));
    expect(status).toBe(405);
    expect(body).toEqual(refusal('method_not_allowed'));
    expect(headers.allow).toBe(allowed);
  });

  it('OPTIONS says what a path takes', async () => {
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

describe('a body that is none', () => {
  const OBJECT = 'The body must be a JSON object.';
  const HOLA = '{"number":"5491234567890","message":"hola"}';

  it.each([
    ['broken JSON', '{"number": ', refusal('invalid_json')],
    ['no JSON at all', 'number=549', refusal('invalid_json')],
    ['a list', '[]', refusal('invalid_body', OBJECT)],
    ['null', 'null', refusal('invalid_body', OBJECT)],
    ['a text', '"hola"', refusal('invalid_body', OBJECT)],
    ['a number', '42', refusal('invalid_body', OBJECT)],
    ['very deep', '['.repeat(100_000), refusal('invalid_json')],
  ])('%s', async (_name, sent, expected) => {
    const { app } = startApi();
    await request(app).post(SEND).type('json').send(sent).expect(400, expected);
  });

  it('is missing', async () => {
    const { app } = startApi();
    await request(app).post(SEND).expect(400, refusal('invalid_body', OBJECT));
  });

  it('is a byte longer than what is read', async () => {
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

  it('is small only as long as it is compressed', async () => {
    const { app } = startApi();
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const sent = request(app).post(SEND).type('json').set('Content-Encoding', 'gzip').serialize(asItIs).send(bomb);
    await sent.expect(413, refusal('body_too_large'));
  });

  it('is compressed', async () => {
    const { app, sessions } = startApi();
    const sent = request(app).post(SEND).type('json').set('Content-Encoding', 'gzip').serialize(asItIs);
    await sent.send(gzipSync(HOLA)).expect(200);
    expect(sessions.sent).toHaveLength(1);
  });

  it.each([
    ['another type', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, refusal('unsupported_media_type')],
    ['a text', { 'Content-Type': 'text/plain' }, 415, refusal('unsupported_media_type')],
    ['a type that is none', { 'Content-Type': 'json' }, 415, refusal('unsupported_media_type')],
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
      'a compression that it has not',
      { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      400,
      refusal('invalid_body'),
    ],
  ])('comes with %s', async (_name, headers, status, expected) => {
    const { app, sessions } = startApi();
    await request(app).post(SEND).set(headers).serialize(asItIs).send(HOLA).expect(status, expected);
    expect(sessions.sent).toEqual([]);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset=UTF-8',
    'application/ld+json',
  ])('is fine as %s', async (type) => {
    const { app } = startApi();
    await request(app).post(SEND).set('Content-Type', type).serialize(asItIs).send(HOLA).expect(200);
  });

  it('is fine with more fields than needed', async () => {
    const { app, sessions } = startApi();
    const body = '{"number":"5491234567890","message":"hola","__proto__":{"message":"x"},"extra":[1]}';
    await request(app).post(SEND).type('json').send(body).expect(200);
    expect(sessions.sent).toMatchObject([{ content: { text: 'hola' } }]);
  });
});

function asItIs(body: unknown): string {
  return body as string;
}
