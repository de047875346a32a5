import type { Phone } from '../../../simulator/phones/phone.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
let luz: Phone;

beforeAll(async () => {
  world = await startWorld({ environment: { CALLBACK_OWN_MESSAGES: 'true' } });
  [ana, luz] = [world.whatsapp.phone('5491122334455', 'Ana'), world.whatsapp.phone('5491133445566', 'Luz')];
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});

afterAll(() => world[Symbol.asyncDispose]());

function post(route: 'read' | 'presence', body: object) {
  return world.orchestrator.post(`/sessions/${shop.sessionId}/${route}`, body);
}

/** Has a phone send a message; resolves with its id once the backend has it. */
async function received(phone: Phone, to: string, options: { addressing?: 'lid' | 'pn' } = {}): Promise<string> {
  const id = await phone.sendText(to, 'hola', options);
  await world.backend.next(({ body }) => body.message_id === id);
  return id;
}

/** Resolves when the phone has seen exactly these presences of the shop after the first `since` ones. */
async function untilSeen(phone: Phone, since: number, states: string[]): Promise<void> {
  const seen = () => phone.presenceOf(shop.phone).slice(since).join();
  await untilTrue(() => Promise.resolve(seen() === states.join()));
}

describe('a message', () => {
  it.each(['lid', 'pn'] as const)(
    'received under the %s is marked as read, and its sender sees it',
    async (addressing) => {
      const id = await received(ana, shop.phone.number, { addressing });
      expect(ana.receiptsOf(id).read).toEqual([]);

      expect(await post('read', { messageIds: [id] })).toMatchObject({
        status: 200,
        body: { success: true, read: [id], unknown: [] },
      });

      const { read } = await ana.untilReceipts(id, (receipts) => receipts.read.length > 0);
      expect(read).toEqual([world.whatsapp.devices()[0]!.jid]);
    },
  );

  it.each(['lid', 'pn'] as const)(
    'in a group (addressed by %s) is marked as read for its author',
    async (addressing) => {
      const { jid } = world.whatsapp.group({ subject: 'Vecinos', members: [ana, luz, shop.phone], addressing });
      const ids = [await received(ana, jid), await received(luz, jid), await received(ana, jid)];

      expect((await post('read', { messageIds: ids })).body).toMatchObject({ read: ids });

      for (const id of [ids[0]!, ids[2]!]) await ana.untilReceipts(id, ({ read }) => read.length > 0);
      await luz.untilReceipts(ids[1]!, ({ read }) => read.length > 0);
    },
  );

  it('that is unknown or our own is listed apart from those marked as read', async () => {
    const id = await received(ana, shop.phone.number);
    const { body: sent } = await world.orchestrator.send(shop.sessionId, ana.number, 'buenas');
    const own = await received(shop.phone, ana.number);

    expect((await post('read', { messageIds: ['A5FF', id, sent.messageId, own, id] })).body).toEqual({
      success: true,
      read: [id],
      unknown: ['A5FF', sent.messageId, own],
    });
    expect(await post('read', { messageIds: ['A5FF', own] })).toMatchObject({
      status: 404,
      body: { error: 'message_not_found' },
    });
  });

  it('can still be marked as read after a restart', async () => {
    const id = await received(luz, shop.phone.number);
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(shop.sessionId, { status: 'connected' });

    expect((await post('read', { messageIds: [id] })).body).toMatchObject({ read: [id] });

    await luz.untilReceipts(id, ({ read }) => read.length > 0);
  });

  it.each([[undefined], [[]], ['A5'], [['']], [['ä']], [[1]], [Array.from({ length: 501 }, () => 'A5')]])(
    'without a valid id (%j) is refused',
    async (messageIds) => {
      expect(await post('read', { messageIds })).toMatchObject({ status: 400, body: { error: 'invalid_body' } });
    },
  );
});

describe('presence', () => {
  it('needs a name, which the account learns from WhatsApp', async () => {
    const phone = world.whatsapp.phone('5491177889900', 'Otra');
    phone.appState.withholdsKeys = true;
    const other = await world.link(phone);
    const path = `/sessions/${other.sessionId}/presence`;

    expect(await world.orchestrator.post(path, { state: 'available' })).toMatchObject({
      status: 403,
      body: { error: 'not_allowed', message: expect.stringContaining('name') as string },
    });
    await phone.appState.shareKeys();
    await untilTrue(async () => (await world.orchestrator.post(path, { state: 'available' })).status === 200);
  });

  it.each(['composing', 'recording'] as const)('%s shows the account as online until it pauses', async (state) => {
    const since = ana.presenceOf(shop.phone).length;

    expect(await post('presence', { to: ana.number, state })).toMatchObject({ status: 200, body: { success: true } });
    await untilSeen(ana, since, ['available', state]);
    await post('presence', { to: ana.lid, state: 'composing' });
    await untilSeen(ana, since, ['available', state, 'composing']);
    await post('presence', { to: ana.number, state: 'paused' });
    await post('presence', { to: ana.lid, state: 'paused' });

    await untilSeen(ana, since, ['available', state, 'composing', 'paused', 'paused', 'unavailable']);
  });

  it('composing expires after 25 s', async () => {
    const since = luz.presenceOf(shop.phone).length;
    const { jid } = world.whatsapp.group({ subject: 'Vecinos', members: [ana, luz, shop.phone] });

    await post('presence', { to: jid, state: 'composing' });
    await untilSeen(luz, since, ['available', 'composing']);
    world.clock.skip(25_000);

    await untilSeen(luz, since, ['available', 'composing', 'unavailable']);
  });

  it('set to available outlasts typing, and ends when set to unavailable', async () => {
    const since = luz.presenceOf(shop.phone).length;

    await post('presence', { state: 'available' });
    await post('presence', { to: luz.lid, state: 'composing' });
    await post('presence', { to: luz.lid, state: 'paused' });
    await untilSeen(luz, since, ['available', 'composing', 'paused']);
    await post('presence', { state: 'unavailable' });

    await untilSeen(luz, since, ['available', 'composing', 'paused', 'unavailable']);
  });

  it.each([
    [{}, 400, 'invalid_body'],
    [{ state: 'invisible' }, 400, 'invalid_body'],
    [{ state: 'composing' }, 400, 'invalid_number'],
    [{ state: 'composing', to: 'Ana' }, 400, 'invalid_number'],
    [{ state: 'composing', to: '14155550100' }, 404, 'number_not_on_whatsapp'],
  ])('%j is refused', async (body, status, error) => {
    expect(await post('presence', body)).toMatchObject({ status, body: { error } });
  });
});

it('a session that waits for a scan refuses read receipts and presence', async () => {
  const { body } = await world.orchestrator.get('/generate-qr');
  for (const [route, requestBody] of [
    ['read', { messageIds: ['A5'] }],
    ['presence', { state: 'available' }],
  ] as const) {
    expect(await world.orchestrator.post(`/sessions/${body.sessionId}/${route}`, requestBody)).toMatchObject({
      status: 409,
      body: { error: 'session_not_connected' },
    });
  }
});
