import type { Phone } from '../../../simulator/phones/phone.ts';
import { furtherComplaint } from '../../harness/openapi-conformance.ts';
import { startTestBackend } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World, type WorldOptions } from '../../harness/world.ts';

const SHOP = '5491166778899';
const TEXT = 'No atendemos llamadas: escríbenos.';

interface Scene extends AsyncDisposable {
  world: World;
  shop: LinkedAccount;
  ana: Phone;
}

async function start(environment: WorldOptions['environment'] = {}): Promise<Scene> {
  const world = await startWorld({ environment });
  const shop = await world.link(world.whatsapp.phone(SHOP, 'Shop'));
  const ana = world.whatsapp.phone('5491122334455', 'Ana');
  return { world, shop, ana, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** What the backend is told of these calls, in the order in which they were told; everything before it included. */
async function told({ world, ana }: Scene): Promise<string[]> {
  const last = await ana.sendText(SHOP, 'y nada más');
  await world.backend.next(({ body }) => body.message_id === last);
  return world.backend.received.flatMap(({ body }) => (body.message_type === 'call' ? [String(body.message_id)] : []));
}

describe('a call', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await start();
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  const path = (rest = '') => `/sessions/${scene.shop.sessionId}/calls${rest}`;
  const ringing = async () => (await scene.world.orchestrator.get(path())).body.data as { call_id: string }[];
  const untilRinging = (id: string) => untilTrue(async () => (await ringing()).some(({ call_id }) => call_id === id));

  it('is listed while it rings, and is rejected for its caller and on the phone by one request', async () => {
    const { ana, shop, world } = scene;
    const id = ana.calls.ring(SHOP, { video: true });
    await untilRinging(id);
    expect(await ringing()).toMatchObject([{ call_id: id, number: ana.number, lid: ana.lid, is_video: true }]);

    expect(await world.orchestrator.post(path(`/${id}/reject`))).toMatchObject({ status: 200 });

    await ana.calls.untilState(id, 'rejected');
    await shop.phone.calls.untilState(id, 'over');
    expect(await ringing()).toEqual([]);
    const { body } = await world.backend.next((received) => received.body.message_id === id);
    expect(body).toMatchObject({
      ...{ message_type: 'call', message_content: null, sender_number: ana.number, sender_lid: ana.lid },
      ...{ chat_id: ana.lid, is_group: false, offline: false },
    });
    expect(await world.orchestrator.post(path(`/${id}/reject`))).toMatchObject({
      ...{ status: 404, body: { error: 'call_not_found' } },
    });
  });

  it('is told once as it ends, unless the owner takes it on the phone', async () => {
    const { ana, shop } = scene;
    const ids = ['GIVEN-UP', 'IN-VAIN', 'ANSWERED', 'DECLINED'].map((id) => ana.calls.ring(SHOP, { id }));
    for (const id of ids) await untilRinging(id);
    ana.calls.hangUp('GIVEN-UP');
    ana.calls.hangUp('IN-VAIN', 'timeout');
    shop.phone.calls.answer('ANSWERED');
    shop.phone.calls.decline('DECLINED');
    ana.calls.hangUp('ANSWERED');

    const calls = (await told(scene)).filter((id) => ids.includes(id));

    expect(calls).toEqual(['GIVEN-UP', 'IN-VAIN']);
  });

  it('is not rejected without REJECT_CALLS', async () => {
    const { ana } = scene;
    const id = ana.calls.ring(SHOP);
    await told(scene);

    expect(ana.calls.stateOf(id)).toBe('ringing');
  });
});

it('with REJECT_CALLS, is rejected, and its caller gets the text once, however often and under whatever ids they call', async () => {
  await using scene = await start({ REJECT_CALLS: 'true', REJECT_CALLS_TEXT: TEXT });
  const { ana, world } = scene;
  const ids = ['__proto__', 'constructor', 'x'.repeat(100)].map((id) => ana.calls.ring(SHOP, { id }));
  ana.calls.ring(SHOP, { id: 'y'.repeat(100_000) });

  for (const id of ids) await ana.calls.untilState(id, 'rejected');
  expect(await ana.next()).toMatchObject({ from: SHOP, text: TEXT });

  const luz = world.whatsapp.phone('5491133445566', 'Luz');
  const hidden = luz.calls.ring(SHOP, { hidesNumber: true });
  await luz.calls.untilState(hidden, 'rejected');
  expect(await luz.next()).toMatchObject({ from: SHOP, text: TEXT });

  expect(await told(scene)).toEqual([...ids, hidden]);
  expect(ana.messages().messages).toHaveLength(1);
});

it('every state of a call is told to webhooks that want it, with who calls, also of a group, and what came while away', async () => {
  await using hook = await startTestBackend();
  await using scene = await start({ WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' });
  const { ana, shop, world } = scene;
  await world.orchestrator.post('/webhooks', { url: `${hook.url}/in`, events: ['call'] });
  const next = async () => {
    const { body } = await hook.next();
    expect(furtherComplaint('call', body.data)).toBeUndefined();
    return body as { type: string; seq: null; data: Record<string, unknown> };
  };
  const states = async (id: string, ...expected: object[]) => {
    for (const fields of expected) {
      expect(await next()).toMatchObject({ type: 'call', seq: null, data: { call_id: id, lid: ana.lid, ...fields } });
    }
  };

  const vain = ana.calls.ring(SHOP, { video: true });
  ana.calls.hangUp(vain, 'timeout');
  const call = { session_id: shop.sessionId, number: ana.number, is_video: true, is_group: false, group_id: null };
  await states(
    vain,
    { ...call, state: 'ringing', reason: null, offline: false },
    { ...call, state: 'missed', reason: 'timeout' },
  );

  const answered = ana.calls.ring(SHOP);
  shop.phone.calls.answer(answered);
  await states(answered, { state: 'ringing', is_video: false }, { state: 'accepted_elsewhere' });

  const rejected = ana.calls.ring(SHOP);
  await states(rejected, { state: 'ringing' });
  await world.orchestrator.post(`/sessions/${shop.sessionId}/calls/${rejected}/reject`);
  await states(rejected, { state: 'rejected' });

  const group = world.whatsapp.group({ subject: 'Todos', members: [ana, shop.phone] });
  const inGroup = ana.calls.ring(SHOP, { group });
  shop.phone.calls.decline(inGroup);
  const all = { is_group: true, group_id: group.jid };
  await states(inGroup, { ...all, state: 'ringing' }, { ...all, state: 'rejected_elsewhere' });

  await world.stopOrchestrator();
  const away = ana.calls.ring(SHOP);
  ana.calls.hangUp(away);
  await world.startOrchestrator();
  await states(away, { state: 'ringing', offline: true }, { state: 'missed', reason: null, offline: true });
});
