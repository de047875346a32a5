import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import type { TrustProxy } from '../../src/http/server.ts';
import { type Api, startApi } from './support.ts';

const ADMIN_KEY = 'the-admin-key';
const keyed = (deps: { rateLimit?: number; trustProxy?: TrustProxy } = {}) =>
  startApi({ apiKeys: [new Secret(ADMIN_KEY)], ...deps });

/** The status of a request with this key, forwarded for this address. */
async function status({ app }: Api, key: string, address = '192.0.2.1'): Promise<number> {
  const sent = request(app).get('/sessions').set('X-API-Key', key).set('X-Forwarded-For', address);
  return (await sent).status;
}

describe('RATE_LIMIT', () => {
  it('refuses an address that sends too many requests, and says when to retry', async () => {
    const api = startApi({ rateLimit: 3 });
    for (let count = 0; count < 3; count += 1) await request(api.app).get('/sessions').expect(200);
    const refused = await request(api.app)
      .get('/sessions')
      .expect(429, /rate_limited/);

    expect(refused.headers['retry-after']).toBe('20');
    api.clock.move(20_000);
    await request(api.app).get('/sessions').expect(200);
    await request(api.app).get('/sessions').expect(429);
  });

  it('limits a key across addresses', async () => {
    const api = keyed({ rateLimit: 2, trustProxy: 1 });
    expect(await status(api, ADMIN_KEY, '192.0.2.1')).toBe(200);
    expect(await status(api, ADMIN_KEY, '192.0.2.2')).toBe(200);
    expect(await status(api, ADMIN_KEY, '192.0.2.3')).toBe(429);
  });

  it('limits each key separately', async () => {
    const api = keyed({ rateLimit: 1, trustProxy: 1 });
    const { text } = await api.keys.create({ name: '', scopes: ['admin'], sessions: null });
    expect(await status(api, ADMIN_KEY, '192.0.2.1')).toBe(200);
    expect(await status(api, text.reveal(), '192.0.2.2')).toBe(200);
  });

  it('treats an IPv6 /64 as one address, and IPv4-mapped addresses as IPv4', async () => {
    const api = startApi({ rateLimit: 1, trustProxy: 1 });
    expect(await status(api, '', '2001:db8:1:2::5')).toBe(200);
    expect(await status(api, '', '2001:db8:1:2:3::6')).toBe(429);
    expect(await status(api, '', '2001:db8:1:3::6')).toBe(200);
    expect(await status(api, '', '192.0.2.9')).toBe(200);
    expect(await status(api, '', '::ffff:192.0.2.9')).toBe(429);
  });

  it('applies to what needs no key too, on its own, and never to probes', async () => {
    const api = startApi({ rateLimit: 2 });
    for (const path of ['/openapi.json', '/docs']) await request(api.app).get(path).expect(200);
    for (const path of ['/docs', '/openapi.json', '/dashboard/']) {
      await request(api.app)
        .get(path)
        .expect(429, /rate_limited/);
    }
    for (let count = 0; count < 3; count += 1) {
      for (const path of ['/health', '/livez', '/readyz']) await request(api.app).get(path).expect(200);
    }
    await request(api.app).get('/sessions').expect(200);
  });

  it('lets requests without a key use up nothing of a caller at the same address', async () => {
    const api = keyed({ rateLimit: 2 });
    for (let count = 0; count < 3; count += 1) await request(api.app).get('/sessions');
    await request(api.app).get('/sessions').expect(429);
    expect(await status(api, ADMIN_KEY)).toBe(200);
  });

  it('applies to nothing when it is 0', async () => {
    const free = startApi({ rateLimit: 0 });
    for (let count = 0; count < 3; count += 1) await request(free.app).get('/sessions').expect(200);
  });
});

describe('TRUST_PROXY', () => {
  it('trusts no forwarded address by default', async () => {
    const api = startApi({ rateLimit: 1 });
    expect(await status(api, '', '192.0.2.1')).toBe(200);
    expect(await status(api, '', '192.0.2.2')).toBe(429);
  });

  it('trusts only the configured proxies', async () => {
    const trusting = startApi({ rateLimit: 1, trustProxy: ['loopback'] });
    expect(await status(trusting, '', '192.0.2.1')).toBe(200);
    expect(await status(trusting, '', '192.0.2.2')).toBe(200);
    const elsewhere = startApi({ rateLimit: 1, trustProxy: ['10.0.0.0/8'] });
    expect(await status(elsewhere, '', '192.0.2.1')).toBe(200);
    expect(await status(elsewhere, '', '192.0.2.2')).toBe(429);
  });
});

describe('wrong keys', () => {
  async function guess(api: Api, times: number): Promise<number> {
    let last = 0;
    for (let count = 0; count < times; count += 1) last = await status(api, `guess-${count}`);
    return last;
  }

  it('slow their address down, even for a right one that it has never used', async () => {
    const api = keyed({ trustProxy: 1 });
    expect(await guess(api, 20)).toBe(401);
    expect(await guess(api, 1)).toBe(429);
    expect(await status(api, ADMIN_KEY)).toBe(429);
    expect(await status(api, ADMIN_KEY, '192.0.2.2')).toBe(200);
    api.clock.move(3_000);
    expect(await status(api, ADMIN_KEY)).toBe(200);
    expect(await guess(api, 21)).toBe(429);
    expect(await status(api, ADMIN_KEY)).toBe(200);
  });

  it('do not lock out a right key that the address uses already, or that is too long to be guessed', async () => {
    const used = keyed();
    expect(await status(used, ADMIN_KEY)).toBe(200);
    expect(await guess(used, 25)).toBe(429);
    expect(await status(used, ADMIN_KEY)).toBe(200);
    expect(await guess(used, 1)).toBe(429);

    const long = '0f8b2c6d9e1a4b7c8d3e';
    const fresh = startApi({ apiKeys: [new Secret('short'), new Secret(long)] });
    expect(await guess(fresh, 25)).toBe(429);
    expect(await status(fresh, 'short')).toBe(429);
    expect(await status(fresh, long)).toBe(200);
  });

  it('do not affect generated keys, which cannot be guessed', async () => {
    const api = keyed();
    const { text } = await api.keys.create({ name: '', scopes: ['admin'], sessions: null });
    expect(await guess(api, 21)).toBe(429);
    expect(await status(api, text.reveal())).toBe(200);
  });

  it('do not include requests without a key', async () => {
    const api = keyed();
    for (let count = 0; count < 21; count += 1) await request(api.app).get('/sessions').expect(401);
    expect(await status(api, ADMIN_KEY)).toBe(200);
  });
});
