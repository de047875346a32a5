import { randomMasterKey } from '../harness/random-master-key.ts';
import { untilTrue } from '../harness/until.ts';
import { TwoNodes } from './two-nodes.ts';

it('forgets a person in the sessions of all nodes, whichever is asked, also what is encrypted', async () => {
  await using nodes = await TwoNodes.start();
  const own = { MASTER_KEY: randomMasterKey(), HISTORY_DAYS: '30' };
  for (const nodeId of ['a', 'b']) await nodes.startNode(nodeId, own);
  const { whatsapp } = nodes.world;
  const ana = whatsapp.phone('5491122334455', 'Ana');
  const juan = whatsapp.phone('5490987654321', 'Juan');
  const shops = { a: whatsapp.phone('5491166778801', 'Shop 1'), b: whatsapp.phone('5491166778802', 'Shop 2') };
  const ids = { a: await nodes.link('a', shops.a), b: await nodes.link('b', shops.b) };
  expect(await nodes.owners(ids.a, ids.b)).toEqual(['a', 'b']);
  const messagesOf = async (nodeId: 'a' | 'b', number: string) =>
    (await nodes.node(nodeId).get(`/sessions/${ids[nodeId]}/chats/${number}/messages`)).body.data as unknown[];
  const waiting = async () =>
    (await nodes.node('b').get(`/sessions/${ids.b}/scheduled-messages`)).body.data as { message: { number: string } }[];
  for (const nodeId of ['a', 'b'] as const) {
    await ana.sendText(shops[nodeId].number, 'hola');
    await juan.sendText(shops[nodeId].number, 'hola');
    await untilTrue(async () => (await messagesOf(nodeId, ana.number)).length === 1);
    await untilTrue(async () => (await messagesOf(nodeId, juan.number)).length === 1);
  }
  const send_at = new Date(nodes.world.clock.now() + 3_600_000).toISOString();
  for (const { number } of [ana, juan]) {
    const message = { type: 'text', number, text: 'mañana' };
    await nodes.node('b').post(`/sessions/${ids.b}/scheduled-messages`, { send_at, message });
  }
  expect(await waiting()).toHaveLength(2);

  const { status, body } = await nodes.node('a').delete(`/people/${ana.number}`);

  expect([status, body]).toMatchObject([200, { messages: 2, scheduled: 1, sessions: 2 }]);
  for (const nodeId of ['a', 'b'] as const) {
    expect(await messagesOf(nodeId, ana.number)).toEqual([]);
    expect(await messagesOf(nodeId, juan.number)).toHaveLength(1);
  }
  expect((await waiting()).map(({ message }) => message.number)).toEqual([juan.number]);
  expect((await nodes.node('b').get('/health')).body).toMatchObject({ status: 'ok' });
}, 60_000);
