import request from 'supertest';
import { ROUTES } from '../../src/http/routes/index.ts';
import { type Route } from '../../src/http/route.ts';
import { Secret } from '../../src/kit/secret.ts';
import { CONNECTED, endSoon, pathOf, startApi, subjectOf } from './support.ts';

const FIRST = 'first-key-0123456789';
const SECOND = 'second-key-987654321';
const KEYS = { apiKeys: [new Secret(FIRST), new Secret(SECOND)] };

const REFUSED: [string, Record<string, string>][] = [
  ['no key', {}],
  ['a wrong bearer', { Authorization: 'Bearer nobody' }],
  ['a wrong X-API-Key', { 'X-API-Key': 'nobody' }],
  ['the beginning of a key', { 'X-API-Key': FIRST.slice(0, -1) }],
  ['both keys in one', { 'X-API-Key': `${FIRST},${SECOND}` }],
  ['a bearer of nothing', { Authorization: 'Bearer ' }],
  ['another scheme', { Authorization: `Basic ${FIRST}` }],
];

const ACCEPTED: [string, Record<string, string>][] = [
  ['the first key as bearer', { Authorization: `Bearer ${FIRST}` }],
  ['the second key as bearer', { Authorization: `bearer ${SECOND}` }],
  ['the first key as X-API-Key', { 'X-API-Key': FIRST }],
  ['the second key as X-API-Key', { 'X-API-Key': SECOND }],
  ['a key beside the credentials of a proxy', { Authorization: 'Basic Og==', 'X-API-Key': FIRST }],
];

/** A request that is right but for its key. */
function call(route: Route, headers: Record<string, string>) {
  const api = startApi(KEYS);
  const sessionId = subjectOf(route);
  endSoon(route, api);
  const sent = request(api.app)
    [route.method](pathOf(route, sessionId))
    .query(route.example.query ?? {})
    .set(headers);
  return route.example.body === undefined ? sent : sent.send(route.example.body as object);
}

const named = (routes: readonly Route[]) => routes.map((route) => [`${route.method} ${route.path}`, route] as const);

describe.each(named(ROUTES.filter(({ scope }) => scope !== 'none')))('%s', (_name, route) => {
  it.each(REFUSED)('is refused with %s', async (_what, headers) => {
    const answer = await call(route, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.body).toEqual({
      success: false,
      error: 'unauthorized',
      message: 'An API key is needed: send it as "Authorization: Bearer <key>".',
    });
  });

  it.each(ACCEPTED)('is answered with %s', async (_what, headers) => {
    expect((await call(route, headers)).status).toBe(200);
  });
});

describe('beside the routes', () => {
  it.each(['/', '/nothing', '/sessions/%zz', '/health/more'])('%s tells nothing without a key', async (path) => {
    const { app } = startApi(KEYS);
    await request(app)
      .get(path)
      .expect(401, /unauthorized/);
    await request(app)
      .get(path)
      .set('X-API-Key', SECOND)
      .expect(404, /not_found/);
  });

  it('only GET and HEAD of /health need none', async () => {
    const { app } = startApi(KEYS);
    await request(app).get('/health').expect(200);
    await request(app).head('/health').expect(200);
    await request(app).post('/health').expect(401);
    await request(app).get('/health').set('X-API-Key', 'nobody').expect(200);
  });

  it('a body is not read without a key', async () => {
    const { app } = startApi(KEYS);
    const path = `/sessions/${CONNECTED}/send-message`;
    await request(app).post(path).type('json').send('{').expect(401);
    await request(app).post(path).set('X-API-Key', FIRST).type('json').send('{').expect(400);
  });

  it('everything is open when there are no keys', async () => {
    const { app } = startApi({ apiKeys: [] });
    await request(app).get('/sessions').expect(200);
    await request(app).get('/sessions').set('X-API-Key', 'whatever').expect(200);
  });

  it('no key is ever written to the log', async () => {
    const { app, lines } = startApi(KEYS);
    await request(app).get('/sessions').set('X-API-Key', FIRST).expect(200);
    await request(app).get('/sessions').set('Authorization', 'Bearer tried-key').expect(401);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/first-key|tried-key/);
  });
});
