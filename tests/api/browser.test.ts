import type { IncomingMessage } from 'node:http';
import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { CONNECTED, startApi } from './support.ts';

const PAGE = 'https://panel.example.org';
const KEYS = { apiKeys: [new Secret('a-key')] };

describe('CORS', () => {
  it('allows every origin with *', async () => {
    const { app } = startApi({ corsOrigins: '*' });
    const { headers } = await request(app).get('/sessions').set('Origin', PAGE).expect(200);
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  it('allows only the listed origins', async () => {
    const { app } = startApi({ corsOrigins: ['https://other.example.org', PAGE] });
    const listed = await request(app).get('/sessions').set('Origin', PAGE);
    const stranger = await request(app).get('/sessions').set('Origin', 'https://evil.example.org');
    expect(listed.headers['access-control-allow-origin']).toBe(PAGE);
    expect(listed.headers.vary).toContain('Origin');
    expect(stranger.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('allows no origin when the list is empty', async () => {
    const { app } = startApi({ corsOrigins: [] });
    const { headers } = await request(app).get('/sessions').set('Origin', PAGE);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('answers preflights without a key, and lists what may be sent', async () => {
    const { app } = startApi({ ...KEYS, corsOrigins: [PAGE] });
    const { headers } = await request(app)
      .options(`/sessions/${CONNECTED}/send-message`)
      .set({ Origin: PAGE, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-api-key' })
      .expect(204);
    expect(headers['access-control-allow-origin']).toBe(PAGE);
    expect(headers['access-control-allow-methods']).toBe('GET,HEAD,POST,PATCH,DELETE');
    for (const name of ['Authorization', 'X-API-Key', 'Content-Type', 'Idempotency-Key']) {
      expect(headers['access-control-allow-headers']).toContain(name);
    }
  });

  it('lets pages read error responses too', async () => {
    const { app } = startApi({ ...KEYS, corsOrigins: '*' });
    const { headers } = await request(app).get('/sessions').set('Origin', PAGE).expect(401);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toContain('Idempotency-Replayed');
  });
});

describe('headers', () => {
  it.each(['/generate-qr', '/sessions', '/nothing'])('of %s forbid caching and reveal nothing', async (path) => {
    const { app } = startApi();
    const { headers } = await request(app).get(path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    });
    for (const name of ['etag', 'x-powered-by', 'strict-transport-security']) expect(headers).not.toHaveProperty(name);
  });
});

/** Each in its place, as helmet and cors write them. */
const PROTECTIVE = [
  ['Content-Security-Policy', "default-src 'none';frame-ancestors 'none'"],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Origin-Agent-Cluster', '?1'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-DNS-Prefetch-Control', 'off'],
  ['X-Download-Options', 'noopen'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['X-Permitted-Cross-Domain-Policies', 'none'],
  ['X-XSS-Protection', '0'],
  ['Cache-Control', 'no-store'],
];
const VARY = ['Vary', 'Origin'];
const ALLOWED = ['Access-Control-Allow-Origin', PAGE];
const EXPOSED = [
  'Access-Control-Expose-Headers',
  'X-Request-Id,Idempotency-Replayed,WWW-Authenticate,Allow,Retry-After',
];

describe('the headers of every response', () => {
  it.each([
    ['no page, of which none may call', [], undefined, PROTECTIVE],
    ['no page', [PAGE], undefined, [...PROTECTIVE, VARY, EXPOSED]],
    ['no page, of which each may call', '*', undefined, [...PROTECTIVE, ['Access-Control-Allow-Origin', '*'], EXPOSED]],
    ['a page that may call', [PAGE], PAGE, [...PROTECTIVE, ALLOWED, VARY, EXPOSED]],
    ['a page that may not', [PAGE], 'https://evil.example.org', [...PROTECTIVE, VARY, EXPOSED]],
    ['an empty origin', [PAGE], '', [...PROTECTIVE, VARY, EXPOSED]],
  ] as const)('to %s are complete', async (_, corsOrigins, origin, expected) => {
    const { app } = startApi({ corsOrigins });
    const sent = request(app).get('/sessions');
    const { res } = (await (origin === undefined ? sent : sent.set('Origin', origin))) as unknown as {
      res: IncomingMessage;
    };
    const [[name] = [], ...headers] = inPairs(res.rawHeaders);
    expect(name).toBe('X-Request-Id');
    const own = headers.findIndex(([each]) => each === 'Content-Type');
    expect(headers.slice(0, own)).toEqual(expected);
  });
});

function inPairs(raw: readonly string[]): string[][] {
  return Array.from({ length: raw.length / 2 }, (_, at) => raw.slice(2 * at, 2 * at + 2));
}

describe('what is the same for everybody', () => {
  it.each(['/openapi.json', '/docs'])('%s is sent from the same bytes, or not again', async (path) => {
    const { app } = startApi();
    const first = await request(app).get(path).expect(200);
    expect(first.headers).toMatchObject({
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    });
    await request(app).get(path).set('If-None-Match', first.headers.etag!).expect(304, '');
    await request(app).get(path).set('If-None-Match', '"another"').expect(200);
  });
});

describe('X-Request-Id', () => {
  it.each(['4f6c', 'req_01HV.x:y-z', 'a'.repeat(128)])('keeps %s', async (given) => {
    const { app } = startApi();
    await request(app).get('/sessions').set('X-Request-Id', given).expect('X-Request-Id', given);
  });

  it.each(['', 'a b', '{"level":50}', 'a'.repeat(129)])('replaces %j with a generated one', async (given) => {
    const { app } = startApi();
    const { headers } = await request(app).get('/sessions').set('X-Request-Id', given);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });
});
