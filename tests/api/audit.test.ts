import request from 'supertest';
import type { AuditEntry } from '../../src/domain/audit.ts';
import { Secret } from '../../src/kit/secret.ts';
import { CONNECTED, startApi } from './support.ts';

const BEARER = { Authorization: 'Bearer the-key-of-the-house' };

function recording() {
  const recorded: AuditEntry[] = [];
  const audit = {
    record: (entry: AuditEntry) => recorded.push(entry),
    list: () => Promise.resolve([]),
    verify: () => Promise.resolve([]),
  };
  return { recorded, audit };
}

it('records who changed what, and how that ended, without contents', async () => {
  const { recorded, audit } = recording();
  const { app, keys } = startApi({ audit, apiKeys: [new Secret('the-key-of-the-house')] });
  const { key, text } = await keys.create({ name: '', scopes: ['messages:send'], sessions: null });
  const path = `/sessions/${CONNECTED}/send-message`;

  await request(app)
    .post(path)
    .set(BEARER)
    .set('X-Request-Id', 'mine')
    .send({ number: '5491234567890', message: 'hola' });
  await request(app).post(path).set('X-API-Key', text.reveal()).send({ number: 'nobody', message: 'hola' });
  await request(app).delete(`/sessions/${CONNECTED}`).set('X-API-Key', text.reveal());

  const common = { tool: null, sessionId: CONNECTED };
  const send = { ...common, method: 'POST', route: '/sessions/:sessionId/send-message' };
  expect(recorded).toEqual([
    { ...send, caller: 'admin', status: 200, requestId: 'mine', atMs: expect.any(Number) },
    { ...send, caller: key.keyId, status: 400, requestId: expect.any(String), atMs: expect.any(Number) },
    {
      ...{
        ...common,
        method: 'DELETE',
        route: '/sessions/:sessionId',
        caller: key.keyId,
        status: 403,
        sessionId: null,
      },
      ...{ requestId: expect.any(String), atMs: expect.any(Number) },
    },
  ]);
  expect(JSON.stringify(recorded)).not.toMatch(/hola|5491234567890|house/);
});

it('records no request that only reads, except of a tool, and none of a stranger', async () => {
  const { recorded, audit } = recording();
  const { app } = startApi({ audit, apiKeys: [new Secret('the-key-of-the-house')] });

  await request(app).get('/sessions').set(BEARER);
  await request(app).post('/keys').send({});
  await request(app).post('/nowhere').set(BEARER);
  await request(app).get('/sessions').set(BEARER).set('X-MCP-Tool', 'not a name');
  await request(app).get('/sessions').set(BEARER).set('X-MCP-Tool', 'list_sessions');

  expect(recorded).toMatchObject([{ method: 'GET', route: '/sessions', tool: 'list_sessions', caller: 'admin' }]);
});

it('names nobody where no key is needed', async () => {
  const { recorded, audit } = recording();
  const { app } = startApi({ audit });

  await request(app).post('/config/download-media').send({ enabled: true });

  expect(recorded).toMatchObject([{ route: '/config/download-media', caller: null, status: 200 }]);
});
