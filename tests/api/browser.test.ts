import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { CONNECTED, startApi } from './support.ts';

const PAGE = 'https://panel.example.org';
const KEYS = { apiKeys: [new Secret('a-key')] };

describe('CORS', () => {
  it('lets every page read with *', async () => {
    const { app } = startApi({ corsOrigins: '*' });
    const { headers } = await request(app).get('/sessions').set('Origin', PAGE).expect(200);
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  it('lets the pages of the list read, and no other', async () => {
    const { app } = startApi({ corsOrigins: ['https://other.example.org', PAGE] });
    const listed = await request(app).get('/sessions').set('Origin', PAGE);
    const stranger = await request(app).get('/sessions').set('Origin', 'https://evil.example.org');
    expect(listed.headers['access-control-allow-origin']).toBe(PAGE);
    expect(listed.headers.vary).toContain('Origin');
    expect(stranger.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('lets no page read when the list is empty', async () => {
    const { app } = startApi({ corsOrigins: [] });
    const { headers } = await request(app).get('/sessions').set('Origin', PAGE);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('answers a preflight without a key, with what may be sent', async () => {
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

  it('lets a page read refusals too', async () => {
    const { app } = startApi({ ...KEYS, corsOrigins: '*' });
    const { headers } = await request(app).get('/sessions').set('Origin', PAGE).expect(401);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toContain('Idempotency-Replayed');
  });
});

describe('headers', () => {
  it.each(['/generate-qr', '/sessions', '/nothing'])('%s is stored nowhere and gives nothing away', async (path) => {
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

describe('X-Request-Id', () => {
  it.each(['4f6c', 'req_01HV.x:y-z', 'a'.repeat(128)])('keeps %s', async (given) => {
    const { app } = startApi();
    await request(app).get('/sessions').set('X-Request-Id', given).expect('X-Request-Id', given);
  });

  it.each(['', 'a b', '{"level":50}', 'a'.repeat(129)])('makes one of its own for %j', async (given) => {
    const { app } = startApi();
    const { headers } = await request(app).get('/sessions').set('X-Request-Id', given);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });
});
