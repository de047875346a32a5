import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { ANY_ADMIN, CONNECTED, startApi } from './support.ts';

const EVIL = 'https://evil.example';

/** The status of `GET /sessions` with these headers, on a server without `API_KEY`. */
async function statusWith(headers: Record<string, string>, deps: Parameters<typeof startApi>[0] = {}) {
  const { app } = startApi({ corsOrigins: 'local', ...deps });
  return (await request(app).get('/sessions').set(headers)).status;
}

describe('without API_KEY', () => {
  it.each([
    ['another site', { Origin: EVIL }],
    ['a sandboxed frame or a file', { Origin: 'null' }],
    ['a site that looks local', { Origin: 'http://localhost.evil.example' }],
    ['a site that looks like an address', { Origin: 'http://127.0.0.1.evil.example' }],
    ['a site whose port looks local', { Origin: 'http://evil.example:3000' }],
    ['another site, by a picture', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['another site, by a link', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
  ])('a page of %s cannot do anything', async (_what, headers) => {
    const { app, sessions } = startApi({ corsOrigins: 'local' });
    await request(app)
      .get('/generate-qr')
      .set(headers)
      .expect(403, /pages of other sites may not/);
    await request(app).post(`/sessions/${CONNECTED}/restart`).set(headers).expect(403);
    const read = await request(app).get('/sessions').set(headers).expect(403);
    expect(read.headers).not.toHaveProperty('access-control-allow-origin');
    expect(sessions.records.size).toBe(2);
    expect(sessions.restarted).toEqual([]);
  });

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '[::1].evil.example',
    'evil.local',
    'evil.example.',
  ])('a page that calls the server %s (DNS rebinding) cannot do anything', async (host) => {
    expect(await statusWith({ Host: host })).toBe(403);
    expect(await statusWith({ Host: host, Origin: `http://${host}` })).toBe(403);
    expect(await statusWith({ Host: host, 'X-Forwarded-Host': 'localhost' }, { trustProxy: 1 })).toBe(403);
  });

  it.each([
    { Host: 'localhost:3000' },
    { Host: 'LOCALHOST' },
    { Host: 'localhost.' },
    { Host: 'orchestrator.localhost:3000' },
    { Host: '127.0.0.1:3000' },
    { Host: '[::1]:3000' },
    { Host: '192.168.1.5:3000' },
    { Host: 'orchestrator:3000' },
    { Host: 'host.docker.internal:3000' },
    { Host: 'localhost:3000', Origin: 'http://localhost:5173' },
    { Host: 'localhost:3000', Origin: 'http://127.0.0.1:5500' },
    { Host: 'localhost:3000', Origin: 'http://app.localhost' },
    { Host: 'localhost:3000', Origin: 'http://[::1]:8080' },
    { Host: '192.168.1.5:3000', Origin: 'http://192.168.1.5:3000' },
    { Host: 'localhost:3000', 'Sec-Fetch-Site': 'same-site' },
    { Host: 'localhost:3000', 'Sec-Fetch-Site': 'same-origin' },
    { Host: 'localhost:3000', 'Sec-Fetch-Site': 'none' },
  ])('a program or page of this machine can call it: %j', async (headers) => {
    expect(await statusWith(headers)).toBe(200);
  });

  it('a page of this machine can read the answer, without any setting', async () => {
    const { app } = startApi({ corsOrigins: 'local' });
    const { headers } = await request(app).get('/generate-qr').set('Origin', 'http://localhost:5173').expect(200);
    expect(headers['access-control-allow-origin']).toBe('http://localhost:5173');
  });

  it('CORS_ORIGIN and ALLOWED_HOSTS permit more', async () => {
    const page = 'https://panel.example.org';
    expect(await statusWith({ Origin: page }, { corsOrigins: [page] })).toBe(200);
    expect(await statusWith({ Origin: EVIL }, { corsOrigins: [page] })).toBe(403);
    expect(await statusWith({ Origin: 'http://localhost:5173' }, { corsOrigins: [page] })).toBe(403);
    expect(await statusWith({ 'Sec-Fetch-Site': 'same-site' }, { corsOrigins: [page] })).toBe(403);
    expect(await statusWith({ Origin: EVIL }, { corsOrigins: '*' })).toBe(200);
    expect(await statusWith({ Host: 'api.example.org:80' }, { allowedHosts: ['api.example.org'] })).toBe(200);
  });

  it.each([
    ['post', '/keys'],
    ['get', '/keys'],
    ['delete', '/keys/Zb3kQ9xY7mNp'],
  ] as const)('keys cannot be managed without one: %s %s', async (method, path) => {
    const { app, keys } = startApi({ corsOrigins: '*' });
    const before = keys.list();
    const sent = request(app)
      [method](path)
      .send({ scopes: ['admin'] });
    await sent.expect(403, /This needs a key: set API_KEY/);
    expect(keys.list()).toEqual(before);
    await request(app).get('/keys').set('X-API-Key', ANY_ADMIN).expect(200);
  });
});

it('with API_KEY, a key is all that counts', async () => {
  const { app } = startApi({ apiKeys: [new Secret('a-key')] });
  const headers = { Host: 'api.example.org', Origin: EVIL, 'X-API-Key': 'a-key' };
  await request(app).get('/sessions').set(headers).expect(200);
  await request(app).get('/keys').set(headers).expect(200);
});
