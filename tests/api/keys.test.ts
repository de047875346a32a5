import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { KEY } from './keys-in-memory.ts';
import { type Api, CONNECTED, id, PAIRING, startApi } from './support.ts';

const ADMIN_KEY = { Authorization: 'Bearer the-admin-key' };
const start = () => startApi({ apiKeys: [new Secret('the-admin-key')] });

/** Creates a key over HTTP. */
async function created(api: Api, spec: object): Promise<{ key: string; keyId: string }> {
  const { body } = await request(api.app).post('/keys').set(ADMIN_KEY).send(spec).expect(200);
  const { key, data } = body as { key: string; data: { keyId: string } };
  return { key, keyId: data.keyId };
}

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

it('a key is created, grants what it should, and nothing once it is revoked', async () => {
  const api = start();
  const { key, keyId } = await created(api, { scopes: ['sessions:read'], name: 'the shop' });

  expect(key).toMatch(new RegExp(`^wak_${keyId}_[A-Za-z0-9]{44}$`));
  await request(api.app).get('/sessions').set(bearer(key)).expect(200);
  await request(api.app).delete(`/keys/${keyId}`).set(ADMIN_KEY).expect(200);
  await request(api.app).get('/sessions').set(bearer(key)).expect(401);
  await request(api.app)
    .delete(`/keys/${keyId}`)
    .set(ADMIN_KEY)
    .expect(404, /key_not_found/);
});

it('a key that is limited to some sessions lists only these', async () => {
  const api = start();
  const { key } = await created(api, { scopes: ['sessions:read'], sessions: [PAIRING] });
  const { body } = await request(api.app).get('/sessions').set(bearer(key)).expect(200);

  expect((body as { data: { session_id: string }[] }).data.map((view) => view.session_id)).toEqual([PAIRING]);
});

it('a key of a deleted session grants nothing any more, and no other session', async () => {
  const api = start();
  const { key } = await created(api, { scopes: ['sessions:read', 'sessions:create'], sessions: [PAIRING] });
  await request(api.app).delete(`/sessions/${PAIRING}`).set(bearer(key)).expect(200);

  await request(api.app).get(`/sessions/${PAIRING}`).set(bearer(key)).expect(404);
  await request(api.app).get(`/sessions/${CONNECTED}`).set(bearer(key)).expect(404);
  await request(api.app).get('/generate-qr').set(bearer(key)).expect(403);
  const { body } = await request(api.app).get('/sessions').set(bearer(key)).expect(200);
  expect(body).toEqual({ success: true, data: [] });
});

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'the name of an object property is no scope, no session and no key: %s',
  async (name) => {
    const api = start();
    await request(api.app)
      .post('/keys')
      .set(ADMIN_KEY)
      .send({ scopes: [name] })
      .expect(400);
    const ask = (path: string) => request(api.app).get(path).set(ADMIN_KEY);
    await ask(`/sessions/${name}`).expect(404, /session_not_found/);
    await request(api.app)
      .delete(`/keys/${name}`)
      .set(ADMIN_KEY)
      .expect(404, /key_not_found/);
    await ask(`/callbacks?state=${name}`).expect(400, /invalid_query/);
    await request(api.app).get('/sessions').set(bearer(name)).expect(401);
    await request(api.app).post('/tokens').set(ADMIN_KEY).send(`{"${name}": {"ttl": 1}}`).type('json').expect(200);
  },
);

it('keys are listed without anything that they could be reconstructed from', async () => {
  const api = start();
  const { key, keyId } = await created(api, { scopes: ['messages:send'], sessions: [CONNECTED] });
  const { body } = await request(api.app).get('/keys').set(ADMIN_KEY).expect(200);

  expect((body as { data: unknown[] }).data).toEqual([
    expect.objectContaining({ keyId: KEY.keyId }),
    expect.objectContaining({ keyId, name: '', scopes: ['messages:send'], sessions: [CONNECTED] }),
  ]);
  expect(JSON.stringify(body)).not.toContain(key.split('_')[2]);
  expect(JSON.stringify(body)).not.toContain('hash');
});

it('keys and tokens are never written to the log', async () => {
  const api = start();
  const { key } = await created(api, { scopes: ['sessions:create'] });
  const { body } = await request(api.app).post('/tokens').set(bearer(key)).send({}).expect(200);
  await request(api.app).get('/keys').set(bearer(key)).expect(403);

  const log = JSON.stringify(api.lines);
  expect(log).toContain('an API key was created');
  expect(log).not.toContain(key);
  expect(log).not.toContain((body as { token: string }).token);
});

it.each([
  ['no scope', { scopes: [] }, /"scopes\\" must be a list/],
  ['an unknown scope', { scopes: ['everything'] }, /"scopes\\" must be a list/],
  ['an empty list of sessions', { scopes: ['messages:send'], sessions: [] }, /"sessions\\" must be a list/],
  ['an admin of some sessions', { scopes: ['admin'], sessions: [CONNECTED] }, /"sessions\\" cannot limit/],
  ['a name with terminal control characters', { scopes: ['admin'], name: '\u001b[2Jshop' }, /"name\\" must be a text/],
  ['a name that is too long', { scopes: ['admin'], name: 'x'.repeat(101) }, /"name\\" must be a text/],
])('a key is not created with %s', async (_what, spec, sentence) => {
  await request(start().app).post('/keys').set(ADMIN_KEY).send(spec).expect(400, sentence);
});

it('an Idempotency-Key never returns the answer that was given to another key', async () => {
  const api = start();
  const send = (key: string) =>
    request(api.app)
      .post(`/sessions/${CONNECTED}/send-message`)
      .set(bearer(key))
      .set('Idempotency-Key', 'order-1')
      .send({ number: '5491234567890', message: 'hola' });
  const first = await created(api, { scopes: ['messages:send'] });
  const second = await created(api, { scopes: ['messages:send'] });

  await send(first.key).expect(200);
  const again = await send(first.key).expect(200);
  const others = await send(second.key).expect(200);

  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(others.headers).not.toHaveProperty('idempotency-replayed');
  expect(api.sessions.sent).toHaveLength(2);
});

it('without API_KEY a key still limits its holder, and everybody else has access', async () => {
  const api = startApi();
  const { text } = await api.keys.create({
    name: '',
    scopes: ['messages:send'],
    sessions: [id('session_1_other0000')],
  });
  await request(api.app).get('/sessions').set(bearer(text.reveal())).expect(403);
  await request(api.app).get('/sessions').expect(200);
});
