import type { Simulator } from '../../../simulator/simulator.ts';
import { startSimulator } from '../../../simulator/start-simulator.ts';

const ANA = '5491122334455';
const BEA = '5491166778899';

function caller(simulator: Simulator) {
  return async (method: string, path: string, body?: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${simulator.controlUrl}${path}`, {
      method,
      ...(body !== undefined && { body: text }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

it('creates phones that exchange messages', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const { lid } = whatsapp.phone(ANA);

  const made = await call('POST', '/phones', { number: ANA, name: 'Ana', aliases: ['541122334455'] });
  await call('POST', '/phones', { number: BEA });
  const waiting = call('GET', `/phones/${BEA}/messages?after=0&waitMs=20000`);
  const one = await call('POST', `/phones/${ANA}/messages`, { to: BEA, text: 'hola' });
  const many = await call('POST', `/phones/${ANA}/messages`, { to: BEA, text: 'n', count: 3 });

  expect(made).toEqual({ status: 200, body: { number: ANA, name: 'Ana', jid: `${ANA}@s.whatsapp.net`, lid } });
  expect((await waiting).body).toMatchObject({
    messages: [{ from: ANA, text: 'hola', kind: 'conversation' }],
    cursor: 1,
  });
  const rest = await call('GET', `/phones/${BEA}/messages?after=1`);
  expect(rest.body).toMatchObject({ messages: [{ text: 'n 1' }, { text: 'n 2' }, { text: 'n 3' }], cursor: 4 });
  expect([one.body.ids, many.body.ids]).toEqual([[expect.any(String)], expect.arrayContaining([expect.any(String)])]);
  expect((await call('GET', '/stats')).body).toMatchObject({ messagesFromPhones: 4, messagesToPhones: 4, errors: [] });
});

it('lets phones call and hang up', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  for (const number of [ANA, BEA]) whatsapp.phone(number);

  const { body } = await call('POST', `/phones/${ANA}/calls`, { to: BEA });
  const state = () => whatsapp.phone(BEA).calls.stateOf(String(body.id));
  expect(state()).toBe('ringing');
  expect(await call('POST', `/phones/${ANA}/hang-up`, body)).toEqual({ status: 200, body: {} });
  expect(state()).toBe('over');
  expect((await call('POST', `/phones/${ANA}/hang-up`, { id: 'none' })).body.reason).toBe('bad_request');
});

it('lets phones set timers', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const bea = whatsapp.phone(BEA);
  const [chat, inGroup] = [whatsapp.phone(ANA), whatsapp.group({ subject: 'Us', members: [bea, whatsapp.phone(ANA)] })];

  expect((await call('POST', `/phones/${ANA}/timers`, { to: BEA, seconds: 60 })).body).toEqual({
    id: expect.any(String),
  });
  await call('POST', `/phones/${ANA}/timers`, { to: inGroup.jid, seconds: 90 });
  await call('POST', `/phones/${ANA}/messages`, { to: BEA, text: 'hola' });
  await call('POST', `/phones/${ANA}/default-timer`, { seconds: 30 });

  const { messages } = (await call('GET', `/phones/${BEA}/messages?after=1&waitMs=20000`)).body as {
    messages: object[];
  };
  expect(messages).toMatchObject([{ text: 'hola', expiration: 60 }]);
  expect([chat.chats.timerOf(BEA), bea.chats.timerOf(inGroup)]).toEqual([60, 90]);
  expect((await call('POST', `/phones/${ANA}/timers`, { to: BEA, seconds: -1 })).body.reason).toBe('bad_request');
});

it('lets people change what they show of themselves', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const ana = whatsapp.phone(ANA, 'Ana');
  whatsapp.phone(BEA);
  const moved = '5491100000000';

  expect((await call('POST', `/phones/${ANA}/statuses`, { text: 'hoy', to: [BEA] })).body).toEqual({
    id: expect.any(String),
  });
  await call('POST', `/phones/${ANA}/about`, { text: 'de vacaciones' });
  await call('POST', `/phones/${ANA}/picture`, { url: 'http://127.0.0.1/a.jpg' });
  expect(ana.picture).toEqual({ url: 'http://127.0.0.1/a.jpg', shownTo: 'everybody' });
  await call('POST', `/phones/${ANA}/picture`);
  await call('POST', `/phones/${ANA}/name`, { name: 'Ana María' });
  expect((await call('POST', `/phones/${ANA}/number`, { number: BEA })).body.reason).toBe('bad_request');
  await call('POST', `/phones/${ANA}/number`, { number: moved });

  expect(ana).toMatchObject({ picture: undefined, name: 'Ana María', number: moved });
  expect((await call('POST', `/phones/${ANA}/about`, { text: 'x' })).body.reason).toBe('unknown_phone');
  expect((await call('POST', `/phones/${moved}/about`, { text: 'x' })).status).toBe(200);
});

it('migrates accounts, forbids LIDs to their clients, and renews LIDs', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const { lid } = whatsapp.phone(ANA);

  expect(await call('POST', `/phones/${ANA}/migrate`, {})).toEqual({ status: 200, body: { lid } });
  expect(await call('POST', `/phones/${ANA}/forbid-lids`, {})).toEqual({ status: 200, body: {} });
  const renewed = await call('POST', `/phones/${ANA}/renew-lid`, {});

  expect(renewed.body.lid).not.toBe(lid);
  expect(renewed.body.lid).toBe(whatsapp.phone(ANA).lid);
  expect((await call('POST', `/phones/${BEA}/migrate`, {})).body.reason).toBe('unknown_phone');
});

it('lets phones name contacts and their owners', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const [ana, bea] = [whatsapp.phone(ANA), whatsapp.phone(BEA)];

  expect(await call('POST', `/phones/${ANA}/contacts`, { contact: BEA, name: 'Bea Sanz' })).toMatchObject({ body: {} });
  expect(await call('POST', `/phones/${ANA}/name`, { name: 'Ana' })).toMatchObject({ body: {} });

  expect(ana.appState.read('critical_unblock_low')).toMatchObject([
    { index: ['contact', bea.jid], value: { contactAction: { fullName: 'Bea Sanz', firstName: 'Bea' } } },
  ]);
  expect(ana.name).toBe('Ana');
  expect((await call('POST', `/phones/${ANA}/contacts`, { contact: BEA })).status).toBe(400);
});

it('lets people hide what they show, block somebody, and be online', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const [ana, bea] = [whatsapp.phone(ANA), whatsapp.phone(BEA)];
  const post = async (path: string, body: object) => (await call('POST', `/phones/${ANA}/${path}`, body)).status;

  expect(await post('privacy', { name: 'last', value: 'contacts' })).toBe(200);
  expect(await post('privacy', { name: 'shoe-size', value: 'none' })).toBe(400);
  expect(await post('privacy', { name: 'last', value: 'perhaps' })).toBe(400);
  expect(await post('block', { contact: BEA })).toBe(200);
  expect(ana.privacy.blocked).toEqual([BEA]);
  expect(await post('block', { contact: BEA, blocked: false })).toBe(200);
  expect(ana.privacy.blocked).toEqual([]);
  expect(await post('block', { contact: '5491100000009' })).toBe(404);
  for (const state of ['available', 'unavailable']) expect(await post('presence', { state })).toBe(200);
  for (const state of ['composing', 'paused']) expect(await post('presence', { state, to: BEA })).toBe(200);
  expect(await post('presence', { state: 'dancing', to: BEA })).toBe(400);

  expect(bea.presenceOf(ana)).toEqual(['available', 'unavailable', 'composing', 'paused']);
});

it('lets phones send, download and forget files', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  for (const number of [ANA, BEA]) whatsapp.phone(number);
  const data = Buffer.alloc(2_000_000, 'ñ').toString('base64');
  const media = { kind: 'document', mimetype: 'text/plain', fileName: 'ñ.txt' };

  const sent = await call('POST', `/phones/${ANA}/media`, { to: BEA, data, caption: 'la lista', ...media });
  const { body } = await call('GET', `/phones/${BEA}/messages?waitMs=20000`);
  expect(body.messages).toMatchObject([{ id: sent.body.id, text: 'la lista' }]);
  const path = `/phones/${BEA}/media?id=${String(sent.body.id)}`;
  expect(await call('GET', path)).toEqual({ status: 200, body: { ...media, size: 2_000_000, data } });

  expect(await call('POST', `/phones/${ANA}/forget-media`, sent.body)).toEqual({ status: 200, body: {} });
  expect((await call('POST', `/phones/${ANA}/forget-media`, sent.body)).body.reason).toBe('bad_request');
  whatsapp.fault('media-gone');
  const { directPath } = whatsapp.phone(BEA).messages().messages[0]!.message.documentWithCaptionMessage!.message!
    .documentMessage!;
  expect((await fetch(`http://${whatsapp.mediaHost}${directPath}`)).status).toBe(404);
  expect(await call('GET', path)).toMatchObject({ status: 422, body: { reason: 'bad_media' } });
});

it('creates groups that phones write to, and sets the current revision', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  for (const number of [ANA, BEA]) whatsapp.phone(number);

  const { jid } = (await call('POST', '/groups', { subject: 'Us', members: [ANA, BEA] })).body;
  await call('POST', `/phones/${ANA}/messages`, { to: jid, text: 'hola' });

  const { body } = await call('GET', `/phones/${BEA}/messages?waitMs=20000`);
  expect(body.messages).toMatchObject([{ from: ANA, group: jid, text: 'hola', kind: 'conversation' }]);
  expect((await call('POST', '/client-revision', { revision: 5 })).body).toEqual({ revision: 5 });
  expect(whatsapp.clientRevision).toBe(5);
});

it('lets phones send polls and vote', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  for (const number of [ANA, BEA]) whatsapp.phone(number);

  const { id } = (await call('POST', `/phones/${ANA}/polls`, { to: BEA, name: '¿Sí?', options: ['sí', 'no'] })).body;
  const vote = await call('POST', `/phones/${BEA}/votes`, { poll: id, options: ['sí'] });

  const asked = (await call('GET', `/phones/${BEA}/messages?waitMs=20000`)).body;
  expect(asked.messages).toMatchObject([{ id, kind: 'pollCreationMessageV3' }]);
  const voted = (await call('GET', `/phones/${ANA}/messages?waitMs=20000`)).body;
  expect(voted.messages).toMatchObject([{ id: vote.body.id, kind: 'pollUpdateMessage' }]);
  expect((await call('POST', `/phones/${BEA}/votes`, { poll: 'NOBODY' })).status).toBe(400);
});

it('answers without messages after the wait', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  whatsapp.phone(ANA);

  const { body } = await caller(whatsapp)('GET', `/phones/${ANA}/messages?waitMs=1`);

  expect(body).toEqual({ messages: [], cursor: 0 });
});

it('lists, starts and ends faults, with their table', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);

  expect((await call('POST', '/faults', { name: 'message-error', code: 479, times: 2 })).status).toBe(200);
  const { body } = await call('GET', '/faults');
  expect(body.active).toEqual([{ name: 'message-error', options: { code: 479, times: 2 } }]);
  expect(body.table).toMatchObject({ cut: { kind: 'immediate', meaning: expect.any(String) as string } });
  await call('DELETE', '/faults');
  expect((await call('GET', '/faults')).body.active).toEqual([]);
  expect((await call('POST', '/pairing/refresh')).body).toEqual({ sent: 0 });
  expect((await call('GET', '/devices')).body).toEqual([]);
});

it.each([
  ['POST', '/phones', '{"number":', 400, 'bad_json'],
  ['POST', '/phones', '[]', 400, 'bad_json'],
  ['POST', '/phones', { number: 5 }, 400, 'bad_request'],
  ['POST', '/phones', { number: '12x' }, 400, 'bad_request'],
  ['POST', '/phones', { number: BEA, aliases: 'x' }, 400, 'bad_request'],
  ['POST', '/phones', `{"number":"${'1'.repeat(1_100_000)}"}`, 413, 'too_large'],
  ['POST', '/phones/999999/scan', { qr: 'x' }, 404, 'unknown_phone'],
  ['POST', `/phones/${ANA}/scan`, { qr: 'x' }, 404, 'not_a_qr'],
  ['POST', `/phones/${ANA}/scan`, {}, 400, 'bad_request'],
  ['POST', `/phones/${ANA}/messages`, { to: '111111', text: 'x' }, 400, 'bad_request'],
  ['POST', `/phones/${ANA}/messages`, { to: ANA, text: 'x', count: -1 }, 400, 'bad_request'],
  ['GET', `/phones/${ANA}/messages?after=x`, undefined, 400, 'bad_request'],
  ['POST', `/phones/${ANA}/media`, { to: ANA, kind: 'smell', data: 'AAAA' }, 400, 'bad_request'],
  ['POST', `/phones/${ANA}/media`, { to: ANA, kind: 'image', data: '~' }, 400, 'bad_request'],
  ['POST', `/phones/${ANA}/media`, { to: ANA, kind: 'image', data: 'AAAA', width: 'x' }, 400, 'bad_request'],
  ['POST', '/phones/999999/media', { to: ANA, kind: 'image', data: 'AAAA' }, 404, 'unknown_phone'],
  ['GET', `/phones/${ANA}/media?id=x`, undefined, 404, 'no_media'],
  ['POST', `/phones/${ANA}/unlink`, { deviceJid: 'x' }, 400, 'bad_request'],
  ['POST', '/groups', { subject: 'Us', members: ['999999'] }, 404, 'unknown_phone'],
  ['POST', '/client-revision', { revision: 'new' }, 400, 'bad_request'],
  ['POST', '/faults', { name: 'nonsense' }, 400, 'unknown_fault'],
  ['POST', '/faults', { name: 'cut', bytes: 1 }, 400, 'bad_fault'],
  ['POST', '/faults', { name: 'message-error' }, 400, 'bad_fault'],
  ['POST', '/faults', { name: 'message-error', code: 'x' }, 400, 'bad_fault'],
  ['POST', '/faults', { name: 'media-status', code: 5 }, 400, 'bad_fault'],
  ['POST', '/faults', { name: 'stream-error', condition: 'x' }, 400, 'bad_fault'],
  ['POST', '/faults', { name: 'no-answer', xmlns: 5 }, 400, 'bad_fault'],
  ['GET', '/nowhere', undefined, 404, 'unknown_path'],
  ['DELETE', '/devices', undefined, 405, 'wrong_method'],
] as const)('refuses %s %s %j with %d %s', async (...[method, path, body, status, reason]) => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  whatsapp.phone(ANA);

  expect(await caller(whatsapp)(method, path, body)).toEqual({
    status,
    body: { error: expect.any(String) as string, reason },
  });
});

it('has phones change groups', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  const [ana, bea] = [whatsapp.phone(ANA), whatsapp.phone(BEA)];
  const group = whatsapp.group({ subject: 'Us', members: [ana] });
  const act = (action: string, number = ANA, more = {}) =>
    call('POST', `/phones/${number}/group-actions`, { group: group.jid, action, ...more });

  const { body } = await act('need-approval');
  expect(await call('POST', `/phones/${BEA}/join`, { code: body.code })).toMatchObject({ body: { jid: group.jid } });
  await act('approve', ANA, { people: [BEA] });
  for (const action of ['lock', 'announce-only', 'members-add', 'no-approval']) await act(action);

  expect(group.members.map(({ number }) => number)).toEqual([ana, bea].map(({ number }) => number));
  expect(group.settings).toMatchObject({ locked: true, announcement: true, memberAddMode: 'all_member_add' });
  const refusals = [act('unlock', BEA), act('dance'), act('lock', ANA, { group: '1@g.us' }), act('add', '549110')];
  expect((await Promise.all(refusals)).map(({ body: { reason } }) => reason)).toEqual([
    'refused',
    'bad_request',
    'unknown_group',
    'unknown_phone',
  ]);
});

it('sends notices by name', async () => {
  await using whatsapp = await startSimulator({ controlPort: 0 });
  const call = caller(whatsapp);
  whatsapp.phone(ANA);

  expect((await call('GET', '/notices')).body).toMatchObject({ psa: expect.any(String) as string });
  expect(await call('POST', '/notices', { name: 'psa', number: ANA })).toEqual({ status: 200, body: { name: 'psa' } });
  const refusals = [
    { name: 'unknown', number: ANA },
    { name: 'psa', number: BEA },
    { name: 'psa', number: ANA, from: BEA },
  ].map((body) => call('POST', '/notices', body));
  expect((await Promise.all(refusals)).map(({ status, body }) => [status, body.reason])).toEqual([
    [400, 'unknown_notice'],
    [404, 'unknown_phone'],
    [400, 'bad_request'],
  ]);
});
