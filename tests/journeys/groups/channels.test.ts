import { proto } from '@whiskeysockets/baileys';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Channel } from '../../../simulator/world/channel.ts';
import { furtherComplaint } from '../../harness/openapi-conformance.ts';
import { startTestBackend } from '../../harness/test-backend.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
let theirs: Channel;

beforeAll(async () => {
  world = await startWorld({ environment: { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } });
  ana = world.whatsapp.phone('5491122334455', 'Ana');
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
  theirs = world.whatsapp.channel({ name: 'Recetas', description: 'De Ana', owner: ana });
});
afterAll(() => world[Symbol.asyncDispose]());

const path = (rest = '') => `/sessions/${shop.sessionId}/channels${rest}`;
const get = async (rest = '') => (await world.orchestrator.get(path(rest))).body.data as Record<string, unknown>[];
const post = async (rest: string, body: object = {}) => {
  const answer = await world.orchestrator.post(path(rest), body);
  return [answer.status, answer.body.error];
};

it('a channel is found by its link, followed, listed, muted and left', async () => {
  const found = await world.orchestrator.get(`/sessions/${shop.sessionId}/channel-invites/${theirs.inviteCode}`);
  expect(found.body.data).toMatchObject({
    ...{ channel_id: theirs.jid, name: 'Recetas', description: 'De Ana', role: 'guest', is_muted: false },
    ...{ subscribers: 0, invite_code: theirs.inviteCode },
  });
  expect(await get()).toEqual([]);

  expect(await post(`/${theirs.jid}/follow`)).toEqual([200, undefined]);
  expect(await post(`/${theirs.jid}/mute`, { muted: true })).toEqual([200, undefined]);
  expect(await get()).toMatchObject([{ channel_id: theirs.jid, role: 'subscriber', is_muted: true }]);
  expect(await post(`/${theirs.jid}/mute`, { muted: false })).toEqual([200, undefined]);
  expect(await get(`/${theirs.jid}`)).toMatchObject({ is_muted: false, subscribers: 1 });

  expect(await post(`/${theirs.jid}/unfollow`)).toEqual([200, undefined]);
  expect(await get()).toEqual([]);
});

it('its messages are read by pages, and told to webhooks that name them only', async () => {
  await using hook = await startTestBackend();
  await world.orchestrator.post('/webhooks', { url: `${hook.url}/in`, events: ['channel-message'] });
  await post(`/${theirs.jid}/follow`);
  for (const text of ['uno', 'dos', 'tres']) theirs.post(text);

  const told = [await hook.next(), await hook.next(), await hook.next()].map(({ body }) => body as { data: object });
  for (const { data } of told) expect(furtherComplaint('channel-message', data)).toBeUndefined();
  expect(told[0]).toMatchObject({
    ...{ type: 'channel-message', seq: null },
    data: { channel_id: theirs.jid, server_id: 100, message_type: 'text', message_content: 'uno', from_me: false },
  });
  const texts = (messages: Record<string, unknown>[]) => messages.map(({ message_content: text }) => text);
  expect(texts(await get(`/${theirs.jid}/messages?limit=2`))).toEqual(['tres', 'dos']);
  expect(texts(await get(`/${theirs.jid}/messages?before=101`))).toEqual(['uno']);
  const last = await ana.sendText(shop.phone.number, 'y nada más');
  await world.backend.next(({ body }) => body.message_id === last);
  expect(world.backend.received.some(({ body }) => body.message_content === 'uno')).toBe(false);
});

/** The file of a message, with what was sent of it. */
function fileIn(plaintext: Uint8Array) {
  const content = proto.Message.toObject(proto.Message.decode(plaintext), { bytes: Buffer });
  const { imageMessage, videoMessage, audioMessage, documentMessage } = content;
  return imageMessage ?? videoMessage ?? audioMessage ?? documentMessage;
}

it('the owner of a channel writes in it; nobody else does, and what is unknown is refused', async () => {
  const own = world.whatsapp.channel({ name: 'Ofertas', owner: shop.phone });
  expect(await post(`/${own.jid}/messages`, { text: 'Hoy 2x1' })).toEqual([200, undefined]);
  expect(await get(`/${own.jid}/messages`)).toMatchObject([{ message_content: 'Hoy 2x1', views: null, reactions: [] }]);

  for (const type of ['image', 'video', 'voice', 'audio', 'document']) {
    const mimetype = { image: 'image/png', video: 'video/mp4', document: 'application/pdf' }[type] ?? 'audio/ogg';
    const file = { base64: Buffer.from(`un ${type}`).toString('base64'), mimetype, file_name: `un.${type}` };
    const said = ['audio', 'voice'].includes(type) ? {} : { caption: 'para ver' };
    expect(await post(`/${own.jid}/messages`, { type, file, ...said })).toEqual([200, undefined]);
    const sent = fileIn(own.posts.at(-1)!.plaintext);
    for (const key of ['mediaKey', 'fileEncSha256']) expect(sent).not.toHaveProperty(key);
    // Followers fetch it as it is.
    const url = `http://${world.whatsapp.mediaHost}${sent.directPath}`;
    expect(await (await fetch(url)).text()).toBe(`un ${type}`);
    expect((await get(`/${own.jid}/messages?limit=1`))[0]).toMatchObject({
      ...{ message_type: type, message_content: said.caption ?? null },
    });
  }

  expect(await post(`/${theirs.jid}/messages`, { text: 'yo también' })).toEqual([403, 'not_allowed']);
  expect(await post('/120363000000000001@newsletter/follow')).toEqual([404, 'channel_not_found']);
  expect(await post('/5491122334455@s.whatsapp.net/follow')).toEqual([404, 'channel_not_found']);
  expect((await world.orchestrator.get(path('/120363000000000001/messages'))).body.error).toBe('channel_not_found');
});

it('a message is reacted to, and one of an own channel is deleted', async () => {
  const own = world.whatsapp.channel({ name: 'Avisos', owner: shop.phone });
  const serverId = theirs.post('arroz con leche');
  const reactions = async () => (await get(`/${theirs.jid}/messages?limit=1`))[0]!.reactions;
  expect(await post(`/${theirs.jid}/messages/${serverId}/reaction`, { emoji: '👍' })).toEqual([200, undefined]);
  expect(await reactions()).toEqual([{ emoji: '👍', count: 1 }]);
  expect(await post(`/${theirs.jid}/messages/${serverId}/reaction`, { emoji: null })).toEqual([200, undefined]);
  expect(await reactions()).toEqual([]);
  expect(await post(`/${theirs.jid}/messages/9999/reaction`, { emoji: '👍' })).toEqual([404, 'message_not_found']);

  const remove = async (channel: Channel, id: unknown) => {
    const { status, body } = await world.orchestrator.delete(path(`/${channel.jid}/messages/${String(id)}`));
    return [status, body.error];
  };
  const [{ message_id: foreign } = {}] = await get(`/${theirs.jid}/messages?limit=1`);
  own.post('uno');
  own.post('dos');
  const [{ message_id: last } = {}] = await get(`/${own.jid}/messages`);
  expect(await remove(own, last)).toEqual([200, undefined]);
  expect(await get(`/${own.jid}/messages`)).toMatchObject([{ message_content: 'uno' }]);
  expect(await remove(own, last)).toEqual([404, 'message_not_found']);
  expect(await remove(theirs, foreign)).toEqual([403, 'not_allowed']);
});

it('a deletion that WhatsApp refuses does not make a failure of the message', async () => {
  const own = world.whatsapp.channel({ name: 'Horarios', owner: shop.phone });
  const write = async () => {
    const { body } = await world.orchestrator.post(path(`/${own.jid}/messages`), { text: 'Abrimos a las 9' });
    await world.backend.next((callback) => callback.body.message_id === body.messageId);
    return body.messageId as string;
  };
  const messageId = await write();
  world.whatsapp.fault('message-error', { code: 405, times: 1 });
  const refused = await world.orchestrator.delete(path(`/${own.jid}/messages/${messageId}`));
  expect([refused.status, refused.body.error]).toEqual([403, 'not_allowed']);

  // What is told of one message is told before what is told of the next.
  await write();
  const statuses = world.backend.received.filter(({ body }) => body.message_id === messageId);
  expect(statuses.map(({ body }) => body.status)).toEqual(['sent']);
  expect((await world.orchestrator.delete(path(`/${own.jid}/messages/${messageId}`))).status).toBe(200);
});
