import type { Phone } from '../../../simulator/phones/phone.ts';
import { countQueries } from '../../harness/count-queries.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

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

function path(rest: string) {
  return `/sessions/${shop.sessionId}/groups${rest}`;
}

function get(rest = '') {
  return world.orchestrator.get(path(rest));
}

function post(rest: string, body?: object) {
  return world.orchestrator.post(path(rest), body);
}

/** A participant as the API shows it. */
function shown(phone: Phone, role: string) {
  return { number: phone.number, lid: phone.lid, role, username: phone.profile.username ?? null };
}

describe('a group', () => {
  it.each(['lid', 'pn'] as const)('addressed by %s shows the number and the LID of everybody', async (addressing) => {
    const { jid } = world.whatsapp.group({ subject: 'Vecinos', members: [ana, luz, shop.phone], addressing });
    luz.profile.setUsername('luz.diaz');

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
        locked: false,
        member_add: 'admins',
        join_approval: false,
        disappearing_seconds: 0,
        is_community: false,
        community_id: null,
        participants: [shown(ana, 'superadmin'), shown(luz, 'member'), shown(shop.phone, 'member')],
      },
    });
    expect((await get(`/${jid.replace('@g.us', '')}`)).body).toEqual(body);
    expect((await get()).body.data).toContainEqual(body.data);
  });

  it('is queried once for received messages, sent messages and API requests together', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Ventas', members: [ana, shop.phone] });
    using queries = countQueries(world.whatsapp, 'w:g2');

    await ana.sendText(jid, 'hola');
    expect((await world.backend.next('messages/received')).body).toMatchObject({ group_name: 'Ventas' });
    await Promise.all(['uno', 'dos', 'tres'].map((text) => world.orchestrator.send(shop.sessionId, jid, text)));
    await get(`/${jid}`);

    expect(queries.count).toBe(1);
    for (const text of ['uno', 'dos', 'tres']) await ana.next((message) => message.text === text);
  });

  it('is not queried again on the next connection, nor are the devices of its members', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Ventas', members: [ana, shop.phone] });
    await world.orchestrator.send(shop.sessionId, jid, 'antes');
    await world.orchestrator.post(`/sessions/${shop.sessionId}/restart`);
    using groups = countQueries(world.whatsapp, 'w:g2');
    using devices = countQueries(world.whatsapp, 'usync');

    await world.orchestrator.send(shop.sessionId, jid, 'después');

    expect([groups.count, devices.count]).toEqual([0, 0]);
    await ana.next(({ text }) => text === 'después');
  });

  it.each(['120363000000000000@g.us', '120363000000000000', 'Vecinos', '5491122334455@s.whatsapp.net'])(
    'that does not exist (%s) is a 404',
    async (groupId) => {
      expect(await get(`/${groupId}`)).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
    },
  );

  it('that the account is not in is a 404, also for a message to it', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Ajeno', members: [ana, luz] });

    expect(await get(`/${jid}`)).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
    expect(await world.orchestrator.send(shop.sessionId, jid, 'hola')).toMatchObject({
      status: 404,
      body: { error: 'group_not_found' },
    });
  });
});

describe('a group that others change', () => {
  it('has its new name in the messages that follow, and is queried again when needed', async () => {
    const group = world.whatsapp.group({ subject: 'Antes', members: [ana, shop.phone] });
    await world.orchestrator.send(shop.sessionId, group.jid, 'uno');
    using queries = countQueries(world.whatsapp, 'w:g2');

    ana.inGroup(group).rename('Después');
    ana.inGroup(group).add(luz);
    await luz.sendText(group, 'ya estoy');
    const { body } = await world.backend.next(({ body: { message_content } }) => message_content === 'ya estoy');
    expect([body.group_name, queries.count]).toEqual(['Después', 0]);

    await world.orchestrator.send(shop.sessionId, group.jid, 'hola a todas');
    await luz.next(({ text }) => text === 'hola a todas');
    expect((await get(`/${group.jid}`)).body.data).toMatchObject({ subject: 'Después', size: 3 });
    expect(queries.count).toBe(1);
  });

  it('sends the backend no message for the change', async () => {
    const group = world.whatsapp.group({ subject: 'Callado', members: [ana, shop.phone] });
    ana.inGroup(group).promote(shop.phone);
    await ana.sendText(group, 'lo primero que se oye');

    const { body } = await world.backend.next(({ body: { group_id } }) => group_id === group.jid);
    expect(body.message_content).toBe('lo primero que se oye');
  });

  it('is a 404 once the account is removed, also for a message to it', async () => {
    const group = world.whatsapp.group({ subject: 'Sin nosotros', members: [ana, shop.phone] });
    await get(`/${group.jid}`);
    ana.inGroup(group).remove(shop.phone);
    await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));

    expect(await get(`/${group.jid}`)).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
    expect(await world.orchestrator.send(shop.sessionId, group.jid, 'hola')).toMatchObject({ status: 404 });
  });
});

describe('an admin', () => {
  it('creates a group, and gets a result for each participant', async () => {
    luz.addedBy = 'nobody';
    const { status, body } = await post('', {
      subject: 'Pedidos',
      participants: ['54 11 2233-4455', luz.number, '14155550100'],
    });
    luz.addedBy = 'everybody';

    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      subject: 'Pedidos',
      owner: { number: shop.phone.number, lid: shop.phone.lid },
      size: 2,
      participants: [shown(shop.phone, 'superadmin'), shown(ana, 'member')],
    });
    expect(body.results).toEqual([
      { number: ana.number, lid: ana.lid, done: true, reason: null, code: null },
      { number: luz.number, lid: luz.lid, done: false, reason: 'needs_invitation', code: '403' },
      { number: '14155550100', lid: null, done: false, reason: 'not_on_whatsapp', code: null },
    ]);
    using queries = countQueries(world.whatsapp, 'w:g2');
    await world.orchestrator.send(shop.sessionId, body.data.group_id, 'bienvenida');
    await ana.next(({ text }) => text === 'bienvenida');
    expect(queries.count).toBe(0);
  });

  it('creates a group once when the request is repeated', async () => {
    const body = { subject: 'Una vez', participants: [ana.lid] };
    const path = `/sessions/${shop.sessionId}/groups`;

    const first = await world.orchestrator.post(path, body, { 'idempotency-key': 'grupo-1' });
    const second = await world.orchestrator.post(path, body, { 'idempotency-key': 'grupo-1' });

    expect(second.body).toEqual(first.body);
    const all = (await get()).body.data as { subject: string }[];
    expect(all.filter(({ subject }) => subject === 'Una vez')).toHaveLength(1);
  });

  it.each(['lid', 'pn'] as const)(
    'adds, promotes, demotes and removes people (addressed by %s)',
    async (addressing) => {
      const { jid } = world.whatsapp.group({ subject: 'Nuestro', members: [shop.phone, ana], addressing });
      const change = async (action: string, ...participants: string[]) =>
        (await post(`/${jid}/participants`, { action, participants })).body.data as object[];
      const roles = async () => (await get(`/${jid}`)).body.data.participants as unknown;
      const done = (phone: Phone) => ({ number: phone.number, lid: phone.lid, done: true, reason: null, code: null });

      expect(await change('add', luz.number, ana.number)).toEqual([
        done(luz),
        { ...done(ana), done: false, reason: 'already_in_group', code: '409' },
      ]);
      expect(await change('promote', luz.lid, '14155550100')).toEqual([
        done(luz),
        { number: '14155550100', lid: null, done: false, reason: 'not_in_group', code: null },
      ]);
      expect(await roles()).toEqual([shown(shop.phone, 'superadmin'), shown(ana, 'member'), shown(luz, 'admin')]);
      expect(await change('demote', '5491133445566', shop.phone.lid)).toEqual([
        done(luz),
        { ...done(shop.phone), done: false, reason: 'not_allowed', code: '405' },
      ]);
      expect(await change('remove', '541122334455', luz.lid)).toEqual([done(ana), done(luz)]);
      expect(await roles()).toEqual([shown(shop.phone, 'superadmin')]);
    },
  );

  it('changes subject and description', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Viejo', members: [shop.phone, ana] });
    const patch = async (body: object) => (await world.orchestrator.patch(path(`/${jid}`), body)).body;

    expect(await patch({ subject: 'Nuevo', description: 'De qué va' })).toMatchObject({
      success: true,
      data: { subject: 'Nuevo', description: 'De qué va' },
    });
    expect((await patch({ description: 'Otra cosa' })).data).toMatchObject({ description: 'Otra cosa' });
    expect((await patch({ description: '' })).data).toMatchObject({ subject: 'Nuevo', description: null });
    await ana.sendText(jid, 'bonito nombre');
    const { body } = await world.backend.next(({ body: { message_content } }) => message_content === 'bonito nombre');
    expect(body.group_name).toBe('Nuevo');
  });

  it('gets the invite link, and revokes it', async () => {
    const group = world.whatsapp.group({ subject: 'Abierto', members: [shop.phone] });

    const { body } = await get(`/${group.jid}/invite`);
    expect(body).toEqual({
      success: true,
      code: group.inviteCode,
      url: `https://chat.whatsapp.com/${group.inviteCode}`,
    });
    expect(luz.joinGroup(body.code as string)).toBe(group.jid);
    const { body: renewed } = await post(`/${group.jid}/invite/revoke`);
    expect(renewed.code).toBe(group.inviteCode);
    expect(() => ana.joinGroup(body.code as string)).toThrow('gone');
  });

  it('leaves', async () => {
    const group = world.whatsapp.group({ subject: 'Adiós', members: [shop.phone, ana] });

    expect(await post(`/${group.jid}/leave`)).toMatchObject({ status: 200, body: { success: true } });

    expect(group.members.map(({ name }) => name)).toEqual(['Ana']);
    expect(await get(`/${group.jid}`)).toMatchObject({ status: 404 });
    expect(await post(`/${group.jid}/leave`)).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
  });
});

describe('a member who is not an admin', () => {
  it.each([
    ['participants', { action: 'add', participants: ['5491133445566'] }],
    ['participants', { action: 'remove', participants: ['5491122334455'] }],
    ['participants', { action: 'promote', participants: ['5491122334455'] }],
    ['participants', { action: 'demote', participants: ['5491122334455'] }],
    ['invite/revoke', {}],
  ])('is refused %s %j', async (route, body) => {
    const { jid } = world.whatsapp.group({ subject: 'De Ana', members: [ana, shop.phone] });

    expect(await post(`/${jid}/${route}`, body)).toMatchObject({ status: 403, body: { error: 'not_allowed' } });
  });

  it('is refused the invite link, and in a locked group a new subject or description', async () => {
    const group = world.whatsapp.group({ subject: 'De Ana', members: [ana, shop.phone] });
    group.locked = true;

    expect(await get(`/${group.jid}/invite`)).toMatchObject({ status: 403, body: { error: 'not_allowed' } });
    for (const body of [{ subject: 'Mío' }, { description: 'Mío' }]) {
      expect(await world.orchestrator.patch(path(`/${group.jid}`), body)).toMatchObject({
        status: 403,
        body: { error: 'not_allowed' },
      });
    }
  });
});

it('a group without any participant on WhatsApp is not created', async () => {
  expect(await post('', { subject: 'Nadie', participants: ['14155550100', '14155550101'] })).toMatchObject({
    status: 404,
    body: { error: 'number_not_on_whatsapp' },
  });
});

it.each(['', '/120363000000000000'])(
  'a missing answer from WhatsApp for groups%s is a 504 after 12 s',
  async (rest) => {
    world.whatsapp.fault('no-answer', { xmlns: 'w:g2', times: 1 });
    const response = get(rest);
    await world.whatsapp.until((whatsapp) => whatsapp.activeFaults().length === 0);
    world.clock.skip(12_000);

    expect(await response).toMatchObject({ status: 504, body: { error: 'whatsapp_timeout' } });
  },
);

it.each([
  ['patch', '', { subject: 'Nuevo' }],
  ['patch', '', { description: 'Nueva' }],
  ['post', '/participants', { action: 'add', participants: ['5491133445566'] }],
  ['post', '/leave', {}],
  ['get', '/invite', {}],
  ['post', '/invite/revoke', {}],
] as const)(
  'a missing answer from WhatsApp is never taken for success: %s …/groups/:groupId%s %j',
  async (method, rest, body) => {
    const { jid } = world.whatsapp.group({ subject: 'Sin respuesta', members: [shop.phone] });
    world.whatsapp.fault('no-answer', { xmlns: 'w:g2', times: 1 });
    const response = world.orchestrator[method](path(`/${jid}${rest}`), body);
    await world.whatsapp.until((whatsapp) => whatsapp.activeFaults().length === 0);
    world.clock.skip(12_000);

    expect(await response).toMatchObject({ status: 504, body: { error: 'whatsapp_timeout' } });
  },
);

it.each(['', '/120363000000000000'])('a rate limit of WhatsApp for groups%s is a 429', async (rest) => {
  world.whatsapp.fault('error-answer', { xmlns: 'w:g2', code: 429, times: 1 });

  expect(await get(rest)).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
});
