import type { Phone } from '../../../simulator/phones/phone.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const texts = (messages: any[]): string[] => messages.map(({ message_content }) => message_content as string);

/** Resolves with the texts of the conversation, the newest first, once there are so many. */
async function kept(world: World, sessionId: string, who: Phone, count: number): Promise<any[]> {
  let data: any[] = [];
  await untilTrue(async () => {
    ({ data } = (await world.orchestrator.get(`/sessions/${sessionId}/chats/${who.number}/messages`)).body);
    return data.length >= count;
  });
  return data;
}

it('keeps what the phone tells at the pairing, what arrives and what is sent, until somebody has it forgotten', async () => {
  await using world = await startWorld({ environment: { HISTORY_DAYS: '30' } });
  const ana = world.whatsapp.phone('5491122334455', 'Ana');
  const shop = world.whatsapp.phone('5491166778899', 'Shop');
  shop.history.add(ana, { texts: ['vieja 1', 'vieja 2'] });
  const { sessionId } = await world.link(shop);
  const { orchestrator } = world;
  const path = (rest: string) => `/sessions/${sessionId}/${rest}`;
  expect(texts(await kept(world, sessionId, ana, 2))).toEqual(['vieja 2', 'vieja 1']);

  await ana.sendText(shop.number, '¿Tienen Medialúnas?');
  await kept(world, sessionId, ana, 3);
  await orchestrator.post(path('send-message'), { number: ana.number, message: 'sí, tibias' });
  await world.backend.next(({ body }) => body.status === 'delivered');

  const [sent, received] = await kept(world, sessionId, ana, 4);
  expect(sent).toMatchObject({ from_me: true, message_content: 'sí, tibias', message_type: 'text' });
  expect(['delivered', 'read']).toContain(sent.status);
  expect(received).toMatchObject({ from_me: false, sender_number: ana.number, sender_name: 'Ana', status: null });
  const chats = await orchestrator.get(path('chats'));
  expect(chats.body.data).toMatchObject([
    { name: 'Ana', is_group: false, last_message: { message_id: sent.message_id } },
  ]);
  const found = await orchestrator.get(path('search?q=medialunas%20TIENEN'));
  expect(texts(found.body.data)).toEqual(['¿Tienen Medialúnas?']);
  const page = await orchestrator.get(path(`chats/${ana.number}/messages?limit=3`));
  const rest = await orchestrator.get(path(`chats/${ana.number}/messages?after=${page.body.next}`));
  expect(texts([...page.body.data, ...rest.body.data])).toEqual([
    'sí, tibias',
    '¿Tienen Medialúnas?',
    'vieja 2',
    'vieja 1',
  ]);

  await world.stopOrchestrator();
  await world.startOrchestrator();
  expect(await kept(world, sessionId, ana, 4)).toHaveLength(4);
  const gone = await world.orchestrator.delete(path(`people/${ana.number}`));
  expect(gone.body).toMatchObject({ messages: 4, sent: 1 });
  expect((await world.orchestrator.get(path('chats'))).body.data).toEqual([]);
});

it('keeps nothing unless somebody asks for it, and removes everything when nobody does any longer', async () => {
  await using world = await startWorld();
  const ana = world.whatsapp.phone('5491122334455', 'Ana');
  const shop = world.whatsapp.phone('5491166778899', 'Shop');
  const { sessionId } = await world.link(shop);
  // The phone tells it only when it is asked: what it tells after a pairing may come at any time.
  shop.history.add(ana, { texts: ['vieja'] });
  const path = (rest: string) => `/sessions/${sessionId}/${rest}`;
  const say = async (text: string) => {
    await ana.sendText(shop.number, text);
    await world.backend.next(({ body }) => body.message_content === text);
  };
  await say('antes');
  const refused = await world.orchestrator.get(path('chats'));
  expect(refused).toMatchObject({ status: 403, body: { error: 'history_not_kept' } });

  await world.orchestrator.patch(path('history'), { days: 7 });
  await say('ahora');
  expect(texts(await kept(world, sessionId, ana, 1))).toEqual(['ahora']);
  await world.orchestrator.post(path(`chats/${ana.number}/history`), { count: 5 });
  expect(texts(await kept(world, sessionId, ana, 2))).toEqual(['ahora', 'vieja']);

  await world.orchestrator.patch(path('history'), { days: null });
  await world.orchestrator.patch(path('history'), { days: 7 });
  expect((await world.orchestrator.get(path('chats'))).body.data).toEqual([]);
});
