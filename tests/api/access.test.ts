import request from 'supertest';
import { type KeySpec, SCOPES } from '../../src/domain/access.ts';
import { StorageUnavailableError } from '../../src/domain/errors.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import { ADMIN } from '../../src/http/access/caller.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import { RawClient } from './raw.ts';
import { type Api, CONNECTED, id, PAIRING, PAIRING_BY_CODE, recordOf, startApi } from './support.ts';

const OTHER = id('session_1705312200999_xyz999xyz');
const MINUTE_MS = 60_000;

async function keyFor(api: Api, spec: Partial<KeySpec>): Promise<string> {
  const { text } = await api.keys.create({ name: '', scopes: SCOPES.slice(1), sessions: null, ...spec });
  return text.reveal();
}

async function tokenFor(api: Api, sessionId: SessionId | null): Promise<string> {
  return (await api.tokens.issue(ADMIN, { sessionId, ttlMs: MINUTE_MS })).token.reveal();
}

describe('a key or token that becomes invalid while its request arrives', () => {
  const BODY = JSON.stringify({ number: '5491234567890', message: 'hola' });

  /** Sends half of a request, runs `between`, and sends the rest. */
  async function answerAround(
    api: Api,
    path: string,
    { key, body }: { key: string; body: string },
    between: () => unknown,
  ) {
    await using server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock: api.clock, log: api.log });
    const client = await RawClient.to(server.port);
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    // The server sends "100 Continue" after reading the headers: the key was valid then.
    client.write(
      `${head}Authorization: Bearer ${key}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    client.write(body.slice(0, 1));
    await client.until(/100 Continue/);
    await between();
    client.write(body.slice(1));
    return await client.closed();
  }

  it.each([
    ['sends no message', `/sessions/${CONNECTED}/send-message`, BODY],
    ['issues no token', '/tokens', '{}'],
  ])('%s', async (_what, path, body) => {
    const api = startApi({ apiKeys: [new Secret('the-admin-key')] });
    const { key, text } = await api.keys.create({ name: '', scopes: SCOPES.slice(1), sessions: null });
    const revoke = () => api.keys.revoke(key.keyId);
    expect(await answerAround(api, path, { key: text.reveal(), body }, revoke)).toContain('401 Unauthorized');
    expect(api.sessions.sent).toEqual([]);
  });

  it('creates no session', async () => {
    const api = startApi({ apiKeys: [new Secret('the-admin-key')] });
    const request = { key: await tokenFor(api, null), body: '{"number":"5491234567890"}' };
    const expire = () => api.clock.move(MINUTE_MS);
    expect(await answerAround(api, '/sessions/pairing-code', request, expire)).toContain('401 Unauthorized');
  });
});

it('a token grants access to these routes only', () => {
  const granted = ROUTES.filter(({ forToken }) => forToken === true).map(({ method, path }) => `${method} ${path}`);
  expect(granted).toEqual([
    'get /generate-qr',
    'post /sessions/pairing-code',
    'get /sessions/events',
    'get /sessions/:sessionId',
    'get /sessions/:sessionId/qr',
    'get /sessions/:sessionId/pairing-code',
    'get /sessions/:sessionId/passkey',
    'post /sessions/:sessionId/passkey',
    'post /sessions/:sessionId/passkey/confirm',
  ]);
});

describe('a token for a web page', () => {
  const ADMIN_KEY = { Authorization: 'Bearer the-admin-key' };
  const start = () => startApi({ apiKeys: [new Secret('the-admin-key')] });
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  async function issued(api: Api, spec: object = {}, headers: Record<string, string> = ADMIN_KEY): Promise<string> {
    const { body } = await request(api.app).post('/tokens').set(headers).send(spec).expect(200);
    return (body as { token: string }).token;
  }

  it('creates one session, shows it, and creates no second', async () => {
    const api = start();
    const token = bearer(await issued(api));
    const created = await request(api.app).get('/generate-qr').set(token).expect(200);
    const { sessionId } = created.body as { sessionId: string };

    await request(api.app).get(`/sessions/${sessionId}/qr`).set(token).expect(200);
    await request(api.app).get(`/sessions/${sessionId}`).set(token).expect(200);
    await request(api.app)
      .get('/generate-qr')
      .set(token)
      .expect(403, /not_permitted/);
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(404);
    await request(api.app).delete(`/sessions/${sessionId}`).set(token).expect(403);
  });

  it('works the same for a pairing code', async () => {
    const api = start();
    const token = bearer(await issued(api));
    const number = { number: '5491234567890' };
    await request(api.app).post('/sessions/pairing-code').set(token).send(number).expect(200);
    await request(api.app).get(`/sessions/${PAIRING_BY_CODE}/pairing-code`).set(token).expect(200);
    await request(api.app).post('/sessions/pairing-code').set(token).send(number).expect(403);
  });

  it('can be used again after a failure', async () => {
    const api = start();
    const token = bearer(await issued(api));
    api.sessions.failure = new Error('WhatsApp is away');
    await request(api.app).get('/generate-qr').set(token).expect(500);
    api.sessions.failure = undefined;
    await request(api.app).get('/generate-qr').set(token).expect(200);
  });

  it('expires', async () => {
    const api = start();
    const token = bearer(await issued(api, { sessionId: CONNECTED, ttl: 30 }));
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(200);
    api.clock.move(30_000);
    await request(api.app).get(`/sessions/${CONNECTED}`).set(token).expect(401);
  });

  it('ends with the session that it created, unless an account was linked to that', async () => {
    const api = start();
    const before = api.sessions.records.size;
    const made = [];
    for (const ttl of [30, 30, 60]) {
      const token = bearer(await issued(api, { ttl }));
      const { body } = await request(api.app).get('/generate-qr').set(token).expect(200);
      made.push(id((body as { sessionId: string }).sessionId));
    }
    await issued(api, { sessionId: PAIRING, ttl: 30 });
    api.sessions.records.set(made[1]!, recordOf(made[1]!, 'connected'));
    api.clock.move(30_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect([...api.sessions.records.keys()].slice(before)).toEqual(made.slice(1));
    expect(api.sessions.records.has(PAIRING)).toBe(true);
  });

  it('is revoked with the key that issued it', async () => {
    const api = start();
    const { key, text } = await api.keys.create({ name: '', scopes: ['sessions:create'], sessions: null });
    const token = bearer(await issued(api, { sessionId: PAIRING }, bearer(text.reveal())));
    await request(api.app).delete(`/keys/${key.keyId}`).set(ADMIN_KEY).expect(200);
    await request(api.app).get(`/sessions/${PAIRING}`).set(token).expect(401);
  });

  it('is neither refused nor worth more while nobody can say whose it is, and keys go on', async () => {
    const away = () => Promise.reject(new StorageUnavailableError('away'));
    const callerOf = (text: string) => (text.startsWith('wat_') ? away() : Promise.resolve(undefined));
    const tokens = { issue: away, revokeIssuedBy: away, callerOf };
    for (const apiKeys of [[new Secret('the-admin-key')], []]) {
      const { app } = startApi({ apiKeys, tokens });
      await request(app)
        .get(`/sessions/${CONNECTED}`)
        .set(bearer('wat_x'))
        .expect(503, /storage_unavailable/);
      await request(app).get(`/sessions/${CONNECTED}`).set(ADMIN_KEY).expect(200);
    }
  });

  it('shows the number of a linked session only if its issuer may read sessions', async () => {
    const api = start();
    const creating = bearer(await keyFor(api, { scopes: ['sessions:create'] }));
    const reading = bearer(await keyFor(api, { scopes: ['sessions:create', 'sessions:read'] }));
    await request(api.app)
      .post('/tokens')
      .set(creating)
      .send({ sessionId: CONNECTED })
      .expect(403, /not_permitted/);
    await issued(api, { sessionId: PAIRING }, creating);
    await issued(api, { sessionId: CONNECTED }, reading);
  });

  it.each([0, 601, 1.5, 'soon'])('cannot be valid for %s seconds', async (ttl) => {
    await request(start().app)
      .post('/tokens')
      .set(ADMIN_KEY)
      .send({ ttl })
      .expect(400, /"ttl\\" must be a whole number of seconds/);
  });

  it('cannot be issued for a session that does not exist or that the caller may not see', async () => {
    const api = start();
    const key = bearer(await keyFor(api, { sessions: [OTHER] }));
    await request(api.app).post('/tokens').set(ADMIN_KEY).send({ sessionId: OTHER }).expect(404);
    await request(api.app).post('/tokens').set(key).send({ sessionId: CONNECTED }).expect(404);
    await request(api.app)
      .post('/tokens')
      .set(key)
      .send({})
      .expect(403, /not_permitted/);
  });
});
