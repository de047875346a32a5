import type { Phone } from '../../../simulator/phones/phone.ts';
import { furtherComplaint } from '../../harness/openapi-conformance.ts';
import { startTestBackend } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
let luz: Phone;

beforeAll(async () => {
  world = await startWorld({ environment: { SIMULATE_TYPING: 'false', WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } });
  [ana, luz] = [world.whatsapp.phone('5491122334455', 'Ana'), world.whatsapp.phone('5491133445566', 'Luz')];
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});
afterAll(() => world[Symbol.asyncDispose]());

const path = (rest = '') => `/sessions/${shop.sessionId}/status${rest}`;
const next = (phone: Phone) => phone.next(({ group }) => group === 'status@broadcast');
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

it('a status reaches those whom it names, is told as delivered, and is deleted for them', async () => {
  const contacts = [ana.number, luz.lid];
  const { status, body } = await world.orchestrator.post(path(), {
    ...{ type: 'text', text: 'hoy abrimos', background: '#102030', contacts },
  });
  expect([status, body]).toEqual([200, { success: true, messageId: expect.any(String), status: 'sent' }]);
  for (const phone of [ana, luz]) {
    const { id, from, text, message } = await next(phone);
    expect([id, from, text]).toEqual([body.messageId, shop.phone.number, 'hoy abrimos']);
    expect(message.extendedTextMessage).toMatchObject({ backgroundArgb: 0xff_10_20_30, textArgb: 0xff_ff_ff_ff });
  }
  await world.backend.next(({ body: told }) => told.message_id === body.messageId && told.status === 'delivered');

  const deleted = await world.orchestrator.post(path(`/${String(body.messageId)}/delete`), { contacts });
  expect(deleted.status).toBe(200);
  for (const phone of [ana, luz]) {
    expect((await next(phone)).message.protocolMessage).toMatchObject({ key: { id: body.messageId, fromMe: true } });
  }
});

it('without names it goes to the address book of the phone, and to nobody else', async () => {
  expect((await world.orchestrator.post(path(), { type: 'text', text: 'a nadie' })).body).toMatchObject({
    error: 'number_not_on_whatsapp',
  });
  await shop.phone.appState.setContactName(ana, 'Ana García');
  await untilTrue(async () => {
    const { data } = (await world.orchestrator.get(`/sessions/${shop.sessionId}/contacts`)).body;
    return (data as { saved_name: string | null }[]).some(({ saved_name }) => saved_name !== null);
  });

  const image = { type: 'image', file: { base64: PIXEL, mimetype: 'image/png' }, caption: 'la carta' };
  expect((await world.orchestrator.post(path(), image)).status).toBe(200);

  expect((await next(ana)).message.imageMessage).toMatchObject({ caption: 'la carta' });
  await world.orchestrator.post(path(), { type: 'text', text: 'para Luz', contacts: [luz.number] });
  expect((await next(luz)).text).toBe('para Luz');
});

it('what cannot be posted is refused, and why', async () => {
  const refused = async (body: object, rest = '') => {
    const answer = await world.orchestrator.post(path(rest), body);
    return [answer.status, answer.body.error];
  };
  const text = { type: 'text', text: 'hola' };
  expect(await refused({ ...text, contacts: ['5490000000000'] })).toEqual([404, 'number_not_on_whatsapp']);
  expect(await refused({ ...text, contacts: [] })).toEqual([400, 'invalid_number']);
  expect(await refused({ ...text, background: 'red' })).toEqual([400, 'invalid_body']);
  expect(await refused({ type: 'poll' })).toEqual([400, 'invalid_body']);
  expect(await refused({}, '/UNKNOWN/delete')).toEqual([404, 'message_not_found']);
  const id = await ana.sendText(shop.phone.number, 'hola');
  await world.backend.next(({ body }) => body.message_id === id);
  expect(await refused({ contacts: [ana.number] }, `/${id}/delete`)).toEqual([409, 'message_not_suitable']);
  world.whatsapp.fault('message-error', { code: 479, times: 1 });
  expect(await world.orchestrator.post(path(), { ...text, contacts: [ana.number] })).toMatchObject({
    ...{ status: 422, body: { error: 'message_refused', message: expect.stringContaining('479') as string } },
  });
});

it('what others post is told only to webhooks that name it, once, also what came while the session was away', async () => {
  await using hook = await startTestBackend();
  await using all = await startTestBackend();
  const { orchestrator } = world;
  await orchestrator.post('/webhooks', { url: `${hook.url}/in`, events: ['status-post'] });
  await orchestrator.post('/webhooks', { url: `${all.url}/in` });
  const first = await ana.profile.postStatus('hoy cocino', [shop.phone]);
  await world.stopOrchestrator();
  const second = await luz.profile.postStatus('mañana no', [shop.phone]);
  await world.startOrchestrator();

  const told = async () => {
    const { body } = await hook.next();
    expect(furtherComplaint('status-post', body.data)).toBeUndefined();
    return body as { type: string; seq: null; data: object };
  };
  const plain = { session_id: shop.sessionId, message_type: 'text', media_info: {}, from_me: false };
  expect(await told()).toMatchObject({
    ...{ type: 'status-post', seq: null },
    data: {
      ...plain,
      message_id: first,
      message_content: 'hoy cocino',
      sender_number: ana.number,
      sender_lid: ana.lid,
    },
  });
  expect(await told()).toMatchObject({
    data: { ...plain, message_id: second, sender_name: 'Luz', deleted_message_id: null, offline: true },
  });

  const last = await ana.sendText(shop.phone.number, 'y nada más');
  await all.next(({ body }) => body.data?.message_id === last);
  expect(all.received.filter(({ body }) => body.type === 'status-post')).toEqual([]);
  expect(hook.received).toHaveLength(2);
});
