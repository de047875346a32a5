import type { Phone } from '../../../simulator/phones/phone.ts';
import { COLLECTION_NAMES } from '../../../simulator/app-state/collection-names.ts';
import { countQueries } from '../../harness/count-queries.ts';
import type { FurtherEventKind } from '../../../src/domain/further-event.ts';
import { furtherComplaint } from '../../harness/openapi-conformance.ts';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let crm: TestBackend;
let shop: LinkedAccount;
let ana: Phone;

beforeAll(async () => {
  crm = await startTestBackend();
  world = await startWorld({ environment: { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } });
  ana = world.whatsapp.phone('5491122334455', 'Ana');
  const events = ['chat-update', 'contact-update', 'presence', 'label-update', 'label-association'];
  const { status } = await world.orchestrator.post('/webhooks', { url: `${crm.url}/in`, events });
  expect(status).toBe(200);
  const phone = world.whatsapp.phone('5491166778899', 'Shop');
  // What was so before the session came is no news.
  await phone.appState.archive(ana);
  await phone.appState.setContactName(ana, 'Ana García');
  await phone.labels.edit({ id: '1', name: 'Nuevo', color: 0 });
  await phone.labels.edit({ id: '2', name: 'Viejo', color: 1 });
  await phone.labels.delete('2');
  await phone.labels.label('1', ana);
  using queries = countQueries(world.whatsapp, 'w:sync:app:state');
  shop = await world.link(phone);
  // The last one, of which nothing is told here, may still be under way.
  await untilTrue(() => Promise.resolve(queries.count === COLLECTION_NAMES.length));
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await crm[Symbol.asyncDispose]();
});

async function contacts(): Promise<unknown[]> {
  const { body } = await world.orchestrator.get(`/sessions/${shop.sessionId}/contacts`);
  return body.data as unknown[];
}

async function told(): Promise<{ type: string; data: Record<string, unknown> }> {
  const body = (await crm.next()).body as { type: FurtherEventKind; data: Record<string, unknown> };
  expect(furtherComplaint(body.type, body.data)).toBeUndefined();
  return body;
}

it('the phone archives, pins, mutes and marks a chat: webhooks are told of each, and of nothing before', async () => {
  const { appState } = shop.phone;
  const about = { session_id: shop.sessionId, chat_id: ana.jid, number: ana.number };
  const until = Date.UTC(2100, 0);
  const steps: [() => Promise<void>, object][] = [
    [() => appState.archive(ana, false), { change: 'unarchived', muted_until: null }],
    [() => appState.pin(ana), { change: 'pinned' }],
    [() => appState.mute(ana, until), { change: 'muted', muted_until: new Date(until).toISOString() }],
    [() => appState.mute(ana, undefined), { change: 'unmuted', muted_until: null }],
    [() => appState.markRead(ana, false), { change: 'unread' }],
    [() => appState.clear(ana), { change: 'cleared', message_id: null }],
  ];
  for (const [step, change] of steps) {
    await step();
    expect(await told()).toMatchObject({ type: 'chat-update', data: { ...about, ...change } });
  }
});

it('what the session itself changes is no news', async () => {
  await world.orchestrator.patch(`/sessions/${shop.sessionId}/chats/${ana.number}`, { pinned: false });
  await shop.phone.appState.pin(ana, true);
  expect(await told()).toMatchObject({ data: { change: 'pinned' } });
});

describe('labels', () => {
  const at = (path: string) => `/sessions/${shop.sessionId}/${path}`;
  const labels = async () => (await world.orchestrator.get(at('labels'))).body.data;
  const labeled = async (path: string) => (await world.orchestrator.get(at(`labels/${path}`))).body.data as unknown[];
  const isAna = () => ({ chat_id: ana.jid, number: ana.number });

  it('from before the session are known, and no news', async () => {
    await untilTrue(async () => (await labeled('1/chats')).length === 1);
    expect(await labels()).toEqual([{ label_id: '1', name: 'Nuevo', color: 0, predefined_id: null }]);
    expect(await labeled('1/chats')).toMatchObject([isAna()]);
  });

  it('that the phone creates, changes, puts on and takes off, and deletes are told and known', async () => {
    const phone = shop.phone.labels;
    const id = { label_id: '3' };
    const put = { ...isAna(), ...id, message_id: null };
    const onMessage = { ...put, message_id: 'M1' };
    const steps: [() => Promise<void>, string, object][] = [
      [
        () => phone.edit({ id: '3', name: 'Pagó', color: 5 }),
        'label-update',
        { ...id, change: 'created', name: 'Pagó' },
      ],
      [() => phone.edit({ id: '3', name: 'Pagado', color: 6 }), 'label-update', { ...id, change: 'changed', color: 6 }],
      [() => phone.label('3', ana), 'label-association', { ...put, change: 'added' }],
      [() => phone.label('3', ana, { message: 'M1' }), 'label-association', { ...onMessage, change: 'added' }],
      [() => phone.label('3', ana, { labeled: false }), 'label-association', { ...put, change: 'removed' }],
    ];
    for (const [step, type, data] of steps) {
      await step();
      expect(await told()).toMatchObject({ type, data });
    }
    expect([await labeled('3/chats'), await labeled('3/messages')]).toMatchObject([[], [{ message_id: 'M1' }]]);
    await phone.delete('3');
    expect(await told()).toMatchObject({ type: 'label-update', data: { ...id, change: 'deleted', name: null } });
    expect(await labels()).toHaveLength(1);
  });

  it('are on a chat once, also when it was labeled by number, and later by LID', async () => {
    for (const chat of [ana.jid, ana.lid]) {
      await shop.phone.labels.label('1', chat);
      expect(await told()).toMatchObject({ data: { chat_id: chat, lid: ana.lid, change: 'added' } });
    }
    expect(await labeled('1/chats')).toMatchObject([{ chat_id: ana.lid, number: ana.number }]);
    await shop.phone.labels.label('1', ana.lid, { labeled: false });
    expect(await told()).toMatchObject({ data: { chat_id: ana.lid, change: 'removed' } });
    expect(await labeled('1/chats')).toEqual([]);
  });

  it('that the session makes are on the phone, and no news', async () => {
    const { body } = await world.orchestrator.post(at('labels'), { name: 'Envío', color: 2 });
    expect(body).toMatchObject({ success: true, data: { label_id: '4', name: 'Envío', color: 2 } });
    await world.orchestrator.patch(at('labels/4'), { name: 'Enviado' });
    expect(shop.phone.labels.all).toContainEqual({ id: '4', name: 'Enviado', color: 2 });

    const id = await ana.sendText(shop.phone.number, 'hola');
    await world.backend.next(({ body: message }) => message.message_id === id);
    for (const path of [`chats/${ana.number}/labels`, `messages/${id}/labels`]) {
      expect(await world.orchestrator.post(at(path), { label_id: '4' })).toMatchObject({ status: 200 });
    }
    expect(shop.phone.labels.on('4')).toEqual([ana.jid, `${ana.jid}/${id}`]);
    expect(await labeled('4/chats')).toMatchObject([isAna()]);
    expect(await labeled('4/messages')).toMatchObject([{ ...isAna(), message_id: id }]);

    await world.orchestrator.delete(at(`chats/${ana.number}/labels/4`));
    await world.orchestrator.delete(at(`messages/${id}/labels/4`));
    expect([shop.phone.labels.on('4'), await labeled('4/chats'), await labeled('4/messages')]).toEqual([[], [], []]);
    await world.orchestrator.delete(at('labels/4'));
    expect(shop.phone.labels.all).toEqual([{ id: '1', name: 'Nuevo', color: 0 }]);
    await shop.phone.labels.edit({ id: '1', name: 'Cliente', color: 0 });
    expect(await told()).toMatchObject({ type: 'label-update', data: { label_id: '1', name: 'Cliente' } });
  });
});

it('names, pictures and texts of people are told', async () => {
  const isAna = { session_id: shop.sessionId, number: ana.number, lid: ana.lid };
  await shop.phone.appState.setContactName(ana, 'Ana G.');
  expect(await told()).toMatchObject({
    type: 'contact-update',
    data: { ...isAna, change: 'name', value: 'Ana G.', username: null },
  });
  expect(await contacts()).toContainEqual({
    number: ana.number,
    lid: null,
    push_name: null,
    saved_name: 'Ana G.',
    username: null,
  });
  ana.profile.setUsername('ana.garcia');
  await shop.phone.appState.setContactName(ana, 'Ana García');
  expect(await told()).toMatchObject({ data: { ...isAna, value: 'Ana García', username: 'ana.garcia' } });
  await untilTrue(async () => JSON.stringify(await contacts()).includes('ana.garcia'));
  ana.profile.setPicture({ url: 'https://pps.whatsapp.net/v/1.jpg', shownTo: 'everybody' });
  expect(await told()).toMatchObject({ data: { ...isAna, change: 'picture', value: 'changed' } });
  ana.profile.setAbout(`de viaje${'!'.repeat(5_000)}`);
  const { data } = await told();
  expect(data).toMatchObject({ ...isAna, change: 'about' });
  expect(String(data.value)).toHaveLength(512);
});

it('presence of those whom the session follows is told', async () => {
  await world.orchestrator.post(`/sessions/${shop.sessionId}/contacts/${ana.number}/presence`, {});
  expect(await told()).toMatchObject({ type: 'presence', data: { presence: 'unavailable', last_seen: null } });
  ana.presence.goOnline();
  expect(await told()).toMatchObject({
    data: { session_id: shop.sessionId, number: ana.number, presence: 'available' },
  });
  ana.presence.goOffline();
  const { data } = await told();
  expect(data).toMatchObject({ presence: 'unavailable', last_seen: expect.any(String) as string });
});

it('the main backend receives none of it', () => {
  const kinds = new Set(world.backend.received.map(({ path }) => path.split('/').at(-1)));
  expect([...kinds].sort()).toEqual(['new-session-connected', 'qr-update', 'received']);
});
