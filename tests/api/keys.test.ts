import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { KEY } from './keys-in-memory.ts';
import { CONNECTED, id, PAIRING, startApi } from './support.ts';

const HOUSE = { Authorization: 'Bearer the-key-of-the-house' };
const start = () => startApi({ apiKeys: [new Secret('the-key-of-the-house')] });

/** Makes a key over HTTP. */
async function made(api: ReturnType<typeof startApi>, wish: object): Promise<{ key: string; keyId: string }> {
  const { body } = await request(api.app).post('/keys').set(HOUSE).send(wish).expect(200);
  const { key, data } = body as { key: string; data: { keyId: string } };
  return { key, keyId: data.keyId };
}

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

it('a key is made, opens what it may, and nothing any more when it is revoked', async () => {
  const api = start();
  const { key, keyId } = await made(api, { scopes: ['sessions:read'], name: 'the shop' });

  expect(key).toMatch(new RegExp(`^wak_${keyId}_[A-Za-z0-9]{44}$`));
  await request(api.app).get('/sessions').set(bearer(key)).expect(200);
  await request(api.app).delete(`/keys/${keyId}`).set(HOUSE).expect(200);
  await request(api.app).get('/sessions').set(bearer(key)).expect(401);
  await request(api.app)
    .delete(`/keys/${keyId}`)
    .set(HOUSE)
    .expect(404, /key_not_found/);
});

it('a key of some sessions is shown these alone', async () => {
  const api = start();
  const { key } = await made(api, { scopes: ['sessions:read'], sessions: [PAIRING] });
  const { body } = await request(api.app).get('/sessions').set(bearer(key)).expect(200);

  expect((body as { data: { session_id: string }[] }).data.map((view) => view.session_id)).toEqual([PAIRING]);
});

it('a key of a session that was removed opens nothing any more, and no other session', async () => {
  const api = start();
  const { key } = await made(api, { scopes: ['sessions:read', 'sessions:create'], sessions: [PAIRING] });
  await request(api.app).delete(`/sessions/${PAIRING}`).set(bearer(key)).expect(200);

  await request(api.app).get(`/sessions/${PAIRING}`).set(bearer(key)).expect(404);
  await request(api.app).get(`/sessions/${CONNECTED}`).set(bearer(key)).expect(404);
  await request(api.app).get('/generate-qr').set(bearer(key)).expect(403);
  const { body } = await request(api.app).get('/sessions').set(bearer(key)).expect(200);
  expect(body).toEqual({ success: true, data: [] });
});

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a name that every object has is no scope, no session and no key: %s',
  async (name) => {
    const api = start();
    await request(api.app)
      .post('/keys')
      .set(HOUSE)
      .send({ scopes: [name] })
      .expect(400);
    const ask = (path: string) => request(api.app).get(path).set(HOUSE);
    await ask(`/sessions/${name}`).expect(404, /session_not_found/);
    await request(api.app)
      .delete(`/keys/${name}`)
      .set(HOUSE)
      .expect(404, /key_not_found/);
    await ask(`/callbacks?state=${name}`).expect(400, /invalid_query/);
    await request(api.app).get('/sessions').set(bearer(name)).expect(401);
    await request(api.app).post('/tokens').set(HOUSE).send(`{"${name}": {"ttl": 1}}`).type('json').expect(200);
  },
);

it('keys are listed without what they could be made from', async () => {
  const api = start();
  const { key, keyId } = await made(api, { scopes: ['messages:send'], sessions: [CONNECTED] });
  const { body } = await request(api.app).get('/keys').set(HOUSE).expect(200);

  expect((body as { data: unknown[] }).data).toEqual([
    expect.objectContaining({ keyId: KEY.keyId }),
    expect.objectContaining({ keyId, name: '', scopes: ['messages:send'], sessions: [CONNECTED] }),
  ]);
  expect(JSON.stringify(body)).not.toContain(key.split('_')[2]);
  expect(JSON.stringify(body)).not.toContain('hash');
});

it('no key and no token is ever written to the log', async () => {
  const api = start();
  const { key } = await made(api, { scopes: ['sessions:create'] });
  const { body } = await request(api.app).post('/tokens').set(bearer(key)).send({}).expect(200);
  await request(api.app).get('/keys').set(bearer(key)).expect(403);

  const log = JSON.stringify(api.lines);
  expect(log).toContain('an API key was made');
  expect(log).not.toContain(key);
  expect(log).not.toContain((body as { token: string }).token);
});

it.each([
  ['no scope', { scopes: [] }, /"scopes\\" must be a list/],
  ['an unknown scope', { scopes: ['everything'] }, /"scopes\\" must be a list/],
  ['an empty list of sessions', { scopes: ['messages:send'], sessions: [] }, /"sessions\\" must be a list/],
  ['an admin of some sessions', { scopes: ['admin'], sessions: [CONNECTED] }, /"sessions\\" cannot limit/],
  ['a name that writes on the terminal', { scopes: ['admin'], name: '\u001b[2Jshop' }, /"name\\" must be a text/],
  ['a name without end', { scopes: ['admin'], name: 'x'.repeat(101) }, /"name\\" must be a text/],
])('is not made with %s', async (_what, wish, sentence) => {
  await request(start().app).post('/keys').set(HOUSE).send(wish).expect(400, sentence);
});

it('an Idempotency-Key gives no key the answer that another got', async () => {
  const api = start();
  const send = (key: string) =>
    request(api.app)
      .post(`/sessions/${CONNECTED}/send-message`)
      .set(bearer(key))
      .set('Idempotency-Key', 'order-1')
      .send({ number: '5491234567890', message: 'hola' });
  const first = await made(api, { scopes: ['messages:send'] });
  const second = await made(api, { scopes: ['messages:send'] });

  await send(first.key).expect(200);
  const again = await send(first.key).expect(200);
  const others = await send(second.key).expect(200);

  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(others.headers).not.toHaveProperty('idempotency-replayed');
  expect(api.sessions.sent).toHaveLength(2);
});

it('without API_KEY a key that is shown counts all the same, and everything else is open', async () => {
  const api = startApi();
  const { text } = await api.keys.create({
    name: '',
    scopes: ['messages:send'],
    sessions: [id('session_1_other0000')],
  });
  await request(api.app).get('/sessions').set(bearer(text.reveal())).expect(403);
  await request(api.app).get('/sessions').expect(200);
});
