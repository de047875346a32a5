import { untilTrue } from '../harness/until.ts';
import { TwoNodes } from './two-nodes.ts';

const ACCOUNT = '5491234567890';

/** What the backend accepted besides QRs: `[path, session, status]`. */
function told({ world }: TwoNodes): unknown[][] {
  const accepted = world.backend.accepted.filter(({ path }) => !path.endsWith('qr-update'));
  return accepted.map(({ path, body: { session_id: id, status } }) => [path.split('/').pop(), id, status]);
}

/** Resolves when a text to the account has arrived under this session. */
async function untilReceives({ world }: TwoNodes, sessionId: string, text: string): Promise<void> {
  await world.whatsapp.phone('5490987654321', 'Juan').sendText(ACCOUNT, text);
  await world.backend.next(({ body }) => body.session_id === sessionId && body.message_content === text);
}

/** Resolves when a node shows this session under this id. */
async function untilIs(nodes: TwoNodes, nodeId: string, id: string, sessionId: string): Promise<void> {
  await nodes.node(nodeId).until(id, { session_id: sessionId, status: 'connected' }, 20_000);
}

describe('an account that is linked again at another node', () => {
  it('keeps its session, which comes to that node and goes on with the new device alone', async () => {
    await using nodes = await TwoNodes.start('a', 'b');
    const { world } = nodes;
    const phone = world.whatsapp.phone(ACCOUNT, 'Ana');
    const elder = await nodes.link('a', phone);
    await untilReceives(nodes, elder, 'antes');
    expect(await nodes.owners(elder)).toEqual(['a']);

    const newer = await nodes.scan('b', phone);

    await world.backend.next('sessions/status-update');
    await untilReceives(nodes, elder, 'después');
    expect(await nodes.owners(elder, newer)).toEqual(['b', null]);
    for (const nodeId of ['a', 'b']) for (const id of [elder, newer]) await untilIs(nodes, nodeId, id, elder);
    expect(world.whatsapp.devices().map(({ jid }) => jid)).toEqual([`${ACCOUNT}:2@s.whatsapp.net`]);
    expect(told(nodes)).toEqual([
      ['new-session-connected', elder, 'connected'],
      ['received', elder, undefined],
      ['status-update', elder, 'connected'],
      ['received', elder, undefined],
    ]);
    expect(await nodes.node('a').send(newer, '5490987654321', 'aquí')).toMatchObject({ status: 200 });

    await nodes.node('a').delete(`/sessions/${elder}`);
    await nodes.scan('a', phone);
    await untilReceives(nodes, elder, 'otra vez');
    expect(await nodes.owners(elder)).toEqual(['a']);
  }, 60_000);

  it('is one session when it is linked at two nodes at once', async () => {
    await using nodes = await TwoNodes.start('a', 'b');
    const { world } = nodes;
    const phone = world.whatsapp.phone(ACCOUNT, 'Ana');

    const ids = await Promise.all([nodes.scan('a', phone), nodes.scan('b', phone)]);

    await nodes.node('a').untilSessions(1);
    const [{ session_id: id }] = (await nodes.node('b').get('/sessions')).body.data as [{ session_id: string }];
    await untilReceives(nodes, id, 'hola');
    for (const each of ids) await untilIs(nodes, 'b', each, id);
    expect(world.whatsapp.devices()).toHaveLength(1);
    expect(told(nodes).filter(([kind]) => kind === 'new-session-connected')).toHaveLength(1);
  }, 60_000);

  it('waits for the burial of the node that has its session and is just linking the same number', async () => {
    await using nodes = await TwoNodes.start('a');
    const { world } = nodes;
    const phone = world.whatsapp.phone(ACCOUNT, 'Ana');
    const elder = await nodes.link('a', phone);
    await nodes.stopNode('a');
    await nodes.haunt(elder, ACCOUNT);
    await nodes.startNode('b');

    const newer = await nodes.scan('b', phone);
    await world.fastForwardUntil(untilTrue(async () => (await nodes.owners(elder)).join() === 'b'));

    await world.fastForwardUntil(untilIs(nodes, 'b', newer, elder));
    await untilReceives(nodes, elder, 'hola');
    expect(world.whatsapp.devices()).toHaveLength(1);
    expect(told(nodes).filter(([kind]) => kind === 'new-session-connected')).toHaveLength(1);
  }, 60_000);
});
