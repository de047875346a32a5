import { type Phone } from '../../simulator/phones/phone.ts';
import { noteQuestions } from '../harness/questions.ts';
import { type LinkedAccount, startWorld, type World } from '../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
let luz: Phone;

beforeAll(async () => {
  world = await startWorld();
  [ana, luz] = [world.whatsapp.phone('5491122334455', 'Ana'), world.whatsapp.phone('5491133445566', 'Luz')];
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});

afterEach(() => world.whatsapp.clearFaults());

afterAll(() => world[Symbol.asyncDispose]());

function get(path = '') {
  return world.orchestrator.get(`/sessions/${shop.sessionId}/groups${path}`);
}

/** Somebody as a group shows him. */
function shown(phone: Phone, role: string) {
  return { number: phone.number, lid: phone.lid, role };
}

describe('a group', () => {
  it.each(['lid', 'pn'] as const)(
    'that names people by %s is shown with both names of everybody',
    async (addressing) => {
      const { jid } = world.whatsapp.group({ subject: 'Vecinos', members: [ana, luz, shop.phone], addressing });

      const { status, body } = await get(`/${jid}`);

      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        data: {
          group_id: jid,
          subject: 'Vecinos',
          description: null,
          owner: { number: ana.number, lid: ana.lid },
          created_at: expect.stringMatching(/^20\d\d-.*Z$/) as string,
          size: 3,
          announce: false,
          participants: [shown(ana, 'superadmin'), shown(luz, 'member'), shown(shop.phone, 'member')],
        },
      });
      expect((await get(`/${jid.replace('@g.us', '')}`)).body).toEqual(body);
      expect((await get()).body.data).toContainEqual(body.data);
    },
  );

  it('is asked for once by those who look, those who write and those who are written to', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Ventas', members: [ana, shop.phone] });
    using questions = noteQuestions(world.whatsapp, 'w:g2');

    await ana.sendText(jid, 'hola');
    expect((await world.backend.next('messages/received')).body).toMatchObject({ group_name: 'Ventas' });
    await Promise.all(['uno', 'dos', 'tres'].map((text) => world.orchestrator.send(shop.sessionId, jid, text)));
    await get(`/${jid}`);

    expect(questions.count).toBe(1);
    for (const text of ['uno', 'dos', 'tres']) await ana.next((message) => message.text === text);
  });

  it('is not asked for again on the next line, nor are the devices of its people', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Ventas', members: [ana, shop.phone] });
    await world.orchestrator.send(shop.sessionId, jid, 'antes');
    await world.orchestrator.post(`/sessions/${shop.sessionId}/restart`);
    using groups = noteQuestions(world.whatsapp, 'w:g2');
    using devices = noteQuestions(world.whatsapp, 'usync');

    await world.orchestrator.send(shop.sessionId, jid, 'después');

    expect([groups.count, devices.count]).toEqual([0, 0]);
    await ana.next(({ text }) => text === 'después');
  });

  it.each(['120363000000000000@g.us', '120363000000000000', 'Vecinos', '5491122334455@s.whatsapp.net'])(
    'that is not there (%s) is a 404',
    async (groupId) => {
      expect(await get(`/${groupId}`)).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
    },
  );

  it('of others is a 404, also for a message to it', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Ajeno', members: [ana, luz] });

    expect(await get(`/${jid}`)).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
    expect(await world.orchestrator.send(shop.sessionId, jid, 'hola')).toMatchObject({
      status: 404,
      body: { error: 'group_not_found' },
    });
  });
});

it.each(['', '/120363000000000000'])('WhatsApp not answering for groups%s is a 504 after 12 s', async (path) => {
  world.whatsapp.fault('no-answer', { xmlns: 'w:g2', times: 1 });
  const asked = get(path);
  await world.whatsapp.until((whatsapp) => whatsapp.activeFaults().length === 0);
  world.clock.skip(12_000);

  expect(await asked).toMatchObject({ status: 504, body: { error: 'whatsapp_timeout' } });
});

it.each(['', '/120363000000000000'])('WhatsApp asked too often for groups%s is a 429', async (path) => {
  world.whatsapp.fault('error-answer', { xmlns: 'w:g2', code: 429, times: 1 });

  expect(await get(path)).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
});
