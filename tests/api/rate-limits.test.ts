import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { type TrustProxy } from '../../src/http/server.ts';
import { startApi } from './support.ts';

const HOUSE = 'the-key-of-the-house';
const keyed = (deps: { rateLimit?: number; trustProxy?: TrustProxy } = {}) =>
  startApi({ apiKeys: [new Secret(HOUSE)], ...deps });

/** The status of a request with this key, said to come from this address. */
async function status({ app }: ReturnType<typeof startApi>, key: string, address = '192.0.2.1'): Promise<number> {
  const sent = request(app).get('/sessions').set('X-API-Key', key).set('X-Forwarded-For', address);
  return (await sent).status;
}

describe('RATE_LIMIT', () => {
  it('refuses an address that asks too often, and says when to ask again', async () => {
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

  it('counts a key, from however many addresses it comes', async () => {
    const api = keyed({ rateLimit: 2, trustProxy: 1 });
    expect(await status(api, HOUSE, '192.0.2.1')).toBe(200);
    expect(await status(api, HOUSE, '192.0.2.2')).toBe(200);
    expect(await status(api, HOUSE, '192.0.2.3')).toBe(429);
  });

  it('counts each key for itself', async () => {
    const api = keyed({ rateLimit: 1, trustProxy: 1 });
    const { text } = await api.keys.create({ name: '', scopes: ['admin'], sessions: null });
    expect(await status(api, HOUSE, '192.0.2.1')).toBe(200);
    expect(await status(api, text.reveal(), '192.0.2.2')).toBe(200);
  });

  it('takes 64 bits of IPv6 for one address, and IPv4 in IPv6 for IPv4', async () => {
    const api = startApi({ rateLimit: 1, trustProxy: 1 });
    expect(await status(api, '', '2001:db8:1:2::5')).toBe(200);
    expect(await status(api, '', '2001:db8:1:2:3::6')).toBe(429);
    expect(await status(api, '', '2001:db8:1:3::6')).toBe(200);
    expect(await status(api, '', '192.0.2.9')).toBe(200);
    expect(await status(api, '', '::ffff:192.0.2.9')).toBe(429);
  });

  it('does not count what needs no key, and nothing when it is 0', async () => {
    const api = startApi({ rateLimit: 1 });
    for (let count = 0; count < 3; count += 1) await request(api.app).get('/health').expect(200);
    const free = startApi({ rateLimit: 0 });
    for (let count = 0; count < 3; count += 1) await request(free.app).get('/sessions').expect(200);
  });
});

describe('TRUST_PROXY', () => {
  it('unset believes nobody who says for whom he asks', async () => {
    const api = startApi({ rateLimit: 1 });
    expect(await status(api, '', '192.0.2.1')).toBe(200);
    expect(await status(api, '', '192.0.2.2')).toBe(429);
  });

  it('believes the proxies that it names, and no others', async () => {
    const trusting = startApi({ rateLimit: 1, trustProxy: ['loopback'] });
    expect(await status(trusting, '', '192.0.2.1')).toBe(200);
    expect(await status(trusting, '', '192.0.2.2')).toBe(200);
    const elsewhere = startApi({ rateLimit: 1, trustProxy: ['10.0.0.0/8'] });
    expect(await status(elsewhere, '', '192.0.2.1')).toBe(200);
    expect(await status(elsewhere, '', '192.0.2.2')).toBe(429);
  });
});

describe('wrong keys', () => {
  async function guess(api: ReturnType<typeof startApi>, times: number): Promise<number> {
    let last = 0;
    for (let count = 0; count < times; count += 1) last = await status(api, `guess-${count}`);
    return last;
  }

  it('slow their address down, also when one of them is right', async () => {
    const api = keyed({ trustProxy: 1 });
    expect(await guess(api, 20)).toBe(401);
    expect(await guess(api, 1)).toBe(429);
    expect(await status(api, HOUSE)).toBe(429);
    expect(await status(api, HOUSE, '192.0.2.2')).toBe(200);
    api.clock.move(3_000);
    expect(await status(api, HOUSE)).toBe(200);
    expect(await guess(api, 1)).toBe(401);
    expect(await guess(api, 1)).toBe(429);
  });

  it('do not shut out a key that nobody can guess', async () => {
    const api = keyed();
    const { text } = await api.keys.create({ name: '', scopes: ['admin'], sessions: null });
    expect(await guess(api, 21)).toBe(429);
    expect(await status(api, text.reveal())).toBe(200);
  });

  it('are not requests without any key', async () => {
    const api = keyed();
    for (let count = 0; count < 21; count += 1) await request(api.app).get('/sessions').expect(401);
    expect(await status(api, HOUSE)).toBe(200);
  });
});
