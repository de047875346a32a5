import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Channel } from '../../../simulator/world/channel.ts';
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

it('the owner of a channel writes in it; nobody else does, and what is unknown is refused', async () => {
  const own = world.whatsapp.channel({ name: 'Ofertas', owner: shop.phone });
  expect(await post(`/${own.jid}/messages`, { text: 'Hoy 2x1' })).toEqual([200, undefined]);
  expect(await get(`/${own.jid}/messages`)).toMatchObject([{ message_content: 'Hoy 2x1', views: null, reactions: [] }]);

  expect(await post(`/${theirs.jid}/messages`, { text: 'yo también' })).toEqual([403, 'not_allowed']);
  expect(await post('/120363000000000001@newsletter/follow')).toEqual([404, 'channel_not_found']);
  expect(await post('/5491122334455@s.whatsapp.net/follow')).toEqual([404, 'channel_not_found']);
  expect((await world.orchestrator.get(path('/120363000000000001/messages'))).body.error).toBe('channel_not_found');
});
