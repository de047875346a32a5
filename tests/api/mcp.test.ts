import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { CONNECTED, startApi } from './support.ts';

const BEARER = { Authorization: 'Bearer the-key-of-the-house', Accept: 'application/json, text/event-stream' };
const apiKeys = [new Secret('the-key-of-the-house')];
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
const ANA = '5491234567890';

it('serves MCP only where it is switched on, and only to callers with a key', async () => {
  const { app: off } = startApi({ apiKeys });
  await request(off).post('/mcp').set(BEARER).send(LIST).expect(404);

  const { app, tokens } = startApi({ apiKeys, mcp: true });
  await request(app)
    .post('/mcp')
    .set(BEARER)
    .send(LIST)
    .expect(200, /send_text/);
  await request(app).post('/mcp').set('Authorization', 'Bearer wrong').send(LIST).expect(401);
  await request(app).get('/mcp').set(BEARER).expect(405);
  await request(app)
    .post('/mcp')
    .set({ ...BEARER, 'Content-Type': 'application/json' })
    .send('{')
    .expect(400, /invalid_json/);
  const { token } = await tokens.issue(
    { id: 'admin', scopes: ['admin'], sessions: null, isExpired: () => false },
    { sessionId: CONNECTED, ttlMs: 60_000 },
  );
  await request(app)
    .post('/mcp')
    .set({ ...BEARER, Authorization: `Bearer ${token.reveal()}` })
    .send(LIST)
    .expect(403);
});

it('a key that is limited to some recipients sends to no other, and changes nothing else', async () => {
  const { app, keys } = startApi({ apiKeys });
  const { text } = await keys.create({
    ...{ name: '', scopes: ['messages:send', 'sessions:read'], sessions: null },
    limits: { recipients: [ANA, '120363000000000001@g.us'], approval: false },
  });
  const post = (path: string, body: object) =>
    request(app).post(`/sessions/${CONNECTED}/${path}`).set('X-API-Key', text.reveal()).send(body);

  await post('send-message', { number: `+${ANA}`, message: 'hola' }).expect(200);
  await post('send-message', { number: '541234567890', message: 'hola' }).expect(200);
  await post('messages', { type: 'text', number: '120363000000000001@g.us', text: 'hola' }).expect(200);
  await post('send-message', { number: '5491234567891', message: 'hola' }).expect(403, /recipient_not_allowed/);
  await post('messages', { type: 'text', number: '120363000000000002@g.us', text: 'x' }).expect(403, /recipient_not/);
  await post('messages', { type: 'forward', number: '5491234567891', message_id: 'M' }).expect(403, /recipient_not/);
  await post('messages', { type: 'delete', message_id: 'M' }).expect(403, /recipient_not_allowed/);
  await post('groups', { subject: 'nuevo', participants: [ANA] }).expect(403, /not_permitted/);
  await post('presence', { state: 'available' }).expect(403, /not_permitted/);
  await request(app).get(`/sessions/${CONNECTED}/groups`).set('X-API-Key', text.reveal()).expect(200);
});
