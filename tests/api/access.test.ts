import request from 'supertest';
import { type KeyWish, type Scope, SCOPES } from '../../src/domain/access.ts';
import { type SessionId } from '../../src/domain/session-id.ts';
import { ADMIN } from '../../src/http/access/caller.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { type Route } from '../../src/http/route.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import { RawClient } from './raw.ts';
import { CONNECTED, endSoon, id, PAIRING_BY_CODE, pathOf, startApi, subjectOf } from './support.ts';

const OTHER = id('session_1705312200999_xyz999xyz');
const ALL = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
const MINUTE_MS = 60_000;

type Api = ReturnType<typeof startApi>;

/** The scope that the route needs; what is open to all is tried with the smallest. */
function scopeOf({ scope }: Route): Scope {
  return scope === 'none' ? 'sessions:read' : scope;
}

/** Each scope that is not enough for the route. */
function tooSmall(route: Route): Scope[] {
  return SCOPES.filter((scope) => scope !== 'admin' && scope !== scopeOf(route));
}

async function keyFor(api: Api, wish: Partial<KeyWish>): Promise<string> {
  const { text } = await api.keys.create({ name: '', scopes: SCOPES.slice(1), sessions: null, ...wish });
  return text.reveal();
}

async function revokedKey(api: Api): Promise<string> {
  const { key, text } = await api.keys.create({ name: '', scopes: ['admin'], sessions: null });
  await api.keys.revoke(key.keyId);
  return text.reveal();
}

function tokenFor(api: Api, sessionId: SessionId | null): string {
  return api.tokens.give(ADMIN, { sessionId, ttlMs: MINUTE_MS }).token.reveal();
}

/** A server with a key of its own, called right in all but what the key may do. */
async function call(route: Route, keyOf: (api: Api) => string | Promise<string> | undefined) {
  const api = startApi({ apiKeys: [new Secret('the-key-of-the-house')] });
  const key = await keyOf(api);
  endSoon(route, api);
  const sent = request(api.app)
    [route.method](pathOf(route, subjectOf(route)))
    .query(route.example.query ?? {})
    .set(key === undefined ? {} : { Authorization: `Bearer ${key}` });
  return route.example.body === undefined ? sent : sent.send(route.example.body as object);
}

const isOpen = (route: Route) => route.scope === 'none';
const namesSession = (route: Route) => route.path.includes(':sessionId');

/** What a key for all but this route's session gets: what is not his is not there. */
function forOthers(route: Route): number[] {
  if (route.scope === 'admin') return [403];
  if (namesSession(route)) return [404];
  return route.ownSessionsOnly === true ? [200, 404] : [403];
}

/** What an answer tells of sessions: the reference has an id in its examples, the same for everybody. */
function told({ path }: Route, text: string): string {
  return path === '/openapi.json' || path === '/docs' ? '' : text;
}

describe.each(ALL)('%s', (_name, route) => {
  const refused = (status: number) => (isOpen(route) ? 200 : status);

  it.each<[string, (api: Api) => string | Promise<string> | undefined]>([
    ['no key', () => undefined],
    ['a wrong key', () => 'nobody'],
    ['a key with a wrong secret', async (api) => `${(await keyFor(api, { scopes: ['admin'] })).slice(0, -4)}0000`],
    ['a revoked key', revokedKey],
    ['a token that was never given', () => `wat_${'a'.repeat(44)}`],
  ])('needs a key: 401 with %s', async (_what, keyOf) => {
    expect((await call(route, keyOf)).status).toBe(refused(401));
  });

  it('answers a key with its scope, and an admin', async () => {
    for (const scope of [scopeOf(route), 'admin'] as const) {
      const { status } = await call(route, (api) => keyFor(api, { scopes: [scope] }));
      expect(route.statuses).toHaveProperty([status]);
    }
  });

  it.each(tooSmall(route))('refuses a key that has only the scope %s', async (scope) => {
    const { status, body } = await call(route, (api) => keyFor(api, { scopes: [scope] }));
    expect(status).toBe(refused(403));
    if (!isOpen(route)) expect(body).toMatchObject({ error: 'not_permitted' });
  });

  it('tells nothing of a session to a key of another', async () => {
    const { status, text } = await call(route, (api) => keyFor(api, { sessions: [OTHER] }));
    expect(isOpen(route) ? [200] : forOthers(route)).toContain(status);
    expect(told(route, text)).not.toContain(subjectOf(route));
  });

  it('answers a key of this session as far as it is about it', async () => {
    const { status } = await call(route, (api) =>
      keyFor(api, { sessions: [CONNECTED, id(subjectOf(route))], scopes: SCOPES.slice(1) }),
    );
    const closed = route.scope === 'admin' || !(isOpen(route) || namesSession(route) || route.ownSessionsOnly);
    expect(closed ? [403] : Object.keys(route.statuses).map(Number)).toContain(status);
  });

  it('opens to the token of this session only what a page needs', async () => {
    const { status } = await call(route, (api) => tokenFor(api, id(subjectOf(route))));
    const shows = route.forToken === true && (namesSession(route) || route.ownSessionsOnly === true);
    expect(status).toBe(shows ? 200 : refused(403));
  });

  it('shows nothing to the token of another session', async () => {
    const { status, text } = await call(route, (api) => tokenFor(api, OTHER));
    const shows = route.forToken === true && namesSession(route);
    const isEmpty = route.forToken === true && route.ownSessionsOnly === true;
    expect(status).toBe(isEmpty ? 200 : shows ? 404 : refused(403));
    expect(told(route, text)).not.toContain(subjectOf(route));
  });
});

describe('a key or token that ends while its request is read', () => {
  const BODY = JSON.stringify({ number: '5491234567890', message: 'hola' });

  /** Sends half of a request, lets something happen, and sends the rest. */
  async function answerAround(
    api: Api,
    path: string,
    { key, body }: { key: string; body: string },
    what: () => unknown,
  ) {
    await using server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock: api.clock, log: api.log });
    const client = await RawClient.to(server.port);
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    // The server says "100 Continue" when it has read the headers: the key was good then.
    client.write(
      `${head}Authorization: Bearer ${key}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    client.write(body.slice(0, 1));
    await client.until(/100 Continue/);
    await what();
    client.write(body.slice(1));
    return await client.closed();
  }

  it.each([
    ['sends no message', `/sessions/${CONNECTED}/send-message`, BODY],
    ['gives no token', '/tokens', '{}'],
  ])('%s', async (_what, path, body) => {
    const api = startApi({ apiKeys: [new Secret('the-key-of-the-house')] });
    const { key, text } = await api.keys.create({ name: '', scopes: SCOPES.slice(1), sessions: null });
    const revoke = () => api.keys.revoke(key.keyId);
    expect(await answerAround(api, path, { key: text.reveal(), body }, revoke)).toContain('401 Unauthorized');
    expect(api.sessions.sent).toEqual([]);
  });

  it('makes no session', async () => {
    const api = startApi({ apiKeys: [new Secret('the-key-of-the-house')] });
    const request = { key: tokenFor(api, null), body: '{"number":"5491234567890"}' };
    const late = () => api.clock.move(MINUTE_MS);
    expect(await answerAround(api, '/sessions/pairing-code', request, late)).toContain('401 Unauthorized');
  });
});

it('a token opens these and no others', () => {
  const opened = ROUTES.filter(({ forToken }) => forToken === true).map(({ method, path }) => `${method} ${path}`);
  expect(opened).toEqual([
    'get /generate-qr',
    'post /sessions/pairing-code',
    'get /sessions/events',
    'get /sessions/:sessionId',
    'get /sessions/:sessionId/qr',
    'get /sessions/:sessionId/pairing-code',
  ]);
});

describe('a token for a page', () => {
  const HOUSE = { Authorization: 'Bearer the-key-of-the-house' };
  const start = () => startApi({ apiKeys: [new Secret('the-key-of-the-house')] });
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  async function given(api: Api, wish: object = {}, headers: Record<string, string> = HOUSE): Promise<string> {
    const { body } = await request(api.app).post('/tokens').set(headers).send(wish).expect(200);
    return (body as { token: string }).token;
  }

  it('makes one session, shows it, and makes no second', async () => {
    const api = start();
    const token = bearer(await given(api));
    const made = await request(api.app).get('/generate-qr').set(token).expect(200);
    const { sessionId } = made.body as { sessionId: string };

    await request(api.app).get(`/sessions/${sessionId}/qr`).set(token).expect(200);
    await request(api.app).get(`/sessions/${sessionId}`).set(token).expect(200);
    await request(api.app)
      .get('/generate-qr')
      .set(token)
      .expect(403, /not_permitted/);
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(404);
    await request(api.app).delete(`/sessions/${sessionId}`).set(token).expect(403);
  });

  it('makes a pairing code just so', async () => {
    const api = start();
    const token = bearer(await given(api));
    const number = { number: '5491234567890' };
    await request(api.app).post('/sessions/pairing-code').set(token).send(number).expect(200);
    await request(api.app).get(`/sessions/${PAIRING_BY_CODE}/pairing-code`).set(token).expect(200);
    await request(api.app).post('/sessions/pairing-code').set(token).send(number).expect(403);
  });

  it('may try again when no session came of it', async () => {
    const api = start();
    const token = bearer(await given(api));
    api.sessions.failure = new Error('WhatsApp is away');
    await request(api.app).get('/generate-qr').set(token).expect(500);
    api.sessions.failure = undefined;
    await request(api.app).get('/generate-qr').set(token).expect(200);
  });

  it('ends when its time is over', async () => {
    const api = start();
    const token = bearer(await given(api, { sessionId: CONNECTED, ttl: 30 }));
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(200);
    api.clock.move(30_000);
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(401);
  });

  it('ends with the key that it was made with', async () => {
    const api = start();
    const { key, text } = await api.keys.create({ name: '', scopes: ['sessions:create'], sessions: null });
    const token = bearer(await given(api, { sessionId: CONNECTED }, bearer(text.reveal())));
    await request(api.app).delete(`/keys/${key.keyId}`).set(HOUSE).expect(200);
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(401);
  });

  it.each([0, 601, 1.5, 'soon'])('does not live for %s seconds', async (ttl) => {
    await request(start().app)
      .post('/tokens')
      .set(HOUSE)
      .send({ ttl })
      .expect(400, /"ttl\\" must be a whole number of seconds/);
  });

  it('is not for a session that is not there, or not the caller’s', async () => {
    const api = start();
    const key = bearer(await keyFor(api, { sessions: [OTHER] }));
    await request(api.app).post('/tokens').set(HOUSE).send({ sessionId: OTHER }).expect(404);
    await request(api.app).post('/tokens').set(key).send({ sessionId: CONNECTED }).expect(404);
    await request(api.app)
      .post('/tokens')
      .set(key)
      .send({})
      .expect(403, /not_permitted/);
  });
});
