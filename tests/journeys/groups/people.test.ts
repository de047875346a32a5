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

afterAll(() => world[Symbol.asyncDispose]());

const at = (path: string) => `/sessions/${shop.sessionId}/${path}`;
const personOf = ({ number, lid }: Phone) => ({ number, lid });

describe('several numbers', () => {
  it('are checked in one query, and not again', async () => {
    const queries = countQueries(world.whatsapp, 'usync');
    const check = () => world.orchestrator.post(at('contacts/check'), { numbers: ['541122334455', '14155550100'] });
    const { body } = await check();
    expect(body).toEqual({
      success: true,
      data: [
        { asked: '541122334455', exists: true, jid: ana.jid, ...personOf(ana) },
        { asked: '14155550100', exists: false, jid: null, number: null, lid: null },
      ],
    });
    expect((await check()).body).toEqual(body);
    expect(queries.count).toBe(1);
  });

  it('beyond the allowance of a minute are left for later', async () => {
    const numbers = [ana.number, ...Array.from({ length: 49 }, (_, index) => String(14155551000 + index))];
    const { body } = await world.orchestrator.post(at('contacts/check'), { numbers });
    const answers = (body.data as { exists: boolean | null }[]).map(({ exists }) => exists);
    expect(answers).toHaveLength(50);
    // Two were looked up before.
    expect(answers.filter((exists) => exists === null).length).toBeGreaterThanOrEqual(29);
    expect(answers.filter((exists) => exists === false).length).toBeGreaterThanOrEqual(17);
    world.clock.skip(60_000);
  });

  it.each([[[]], [['Ana']], [Array.from({ length: 51 }, () => '14155550100')], [undefined]])(
    '%j are refused',
    async (numbers) => {
      expect(await world.orchestrator.post(at('contacts/check'), { numbers })).toMatchObject({ status: 400 });
    },
  );
});

it('names each person by number and LID, as far as WhatsApp revealed them, without a query', async () => {
  await world.orchestrator.get(at(`contacts/check?number=${ana.number}`));
  const queries = countQueries(world.whatsapp, 'usync');
  const contacts = [ana.number, ana.lid, '14155550100', '999999999999999@lid'];
  expect((await world.orchestrator.post(at('contacts/resolve'), { contacts })).body.data).toEqual([
    personOf(ana),
    personOf(ana),
    { number: '14155550100', lid: null },
    { number: null, lid: '999999999999999@lid' },
  ]);
  expect(queries.count).toBe(0);
});

it('shows what people and businesses say about themselves, as far as they let it be seen', async () => {
  ana.profile.setAbout('de viaje');
  luz.profile.setAbout('secreto');
  luz.privacy.set('status', 'none');
  luz.profile.setBusiness({
    ...{ description: 'Pan casero', category: 'Panadería', address: 'Corrientes 1', email: 'a@b.example' },
    website: 'https://pan.example',
    hours: [{ day_of_week: 'mon', mode: 'specific_hours', open_time: '480', close_time: '99999' }],
  });
  expect((await world.orchestrator.get(at(`contacts/${ana.number}/about`))).body.data).toEqual({
    text: 'de viaje',
    set_at: expect.any(String) as string,
  });
  expect((await world.orchestrator.get(at(`contacts/${luz.number}/about`))).body.data).toEqual({
    text: null,
    set_at: null,
  });
  expect((await world.orchestrator.get(at(`contacts/${luz.number}/business`))).body.data).toEqual({
    ...{ description: 'Pan casero', category: 'Panadería', address: 'Corrientes 1', email: 'a@b.example' },
    ...{ websites: ['https://pan.example'], timezone: 'America/Argentina/Buenos_Aires' },
    hours: [{ day: 'mon', mode: 'specific_hours', opens_at_minute: 480, closes_at_minute: null }],
  });
  expect(await world.orchestrator.get(at(`contacts/${ana.number}/business`))).toMatchObject({
    status: 404,
    body: { error: 'business_profile_not_found' },
  });
});

it('blocks and unblocks people, by number or LID', async () => {
  expect(await world.orchestrator.post(at('blocklist'), { contact: ana.number })).toMatchObject({
    status: 200,
    body: { data: personOf(ana) },
  });
  expect(shop.phone.privacy.blocked).toEqual([ana.number]);
  expect((await world.orchestrator.get(at('blocklist'))).body.data).toEqual([personOf(ana)]);

  expect(await world.orchestrator.delete(at(`blocklist/${ana.lid}`))).toMatchObject({ status: 200 });
  expect(shop.phone.privacy.blocked).toEqual([]);
  expect((await world.orchestrator.get(at('blocklist'))).body.data).toEqual([]);
});

it.each([
  ['14155550100', 404, 'number_not_on_whatsapp'],
  ['999999999999999@lid', 404, 'number_not_on_whatsapp'],
  ['120363012345678901@g.us', 400, 'invalid_number'],
])('%s is not blocked', async (contact, status, error) => {
  expect(await world.orchestrator.post(at('blocklist'), { contact })).toMatchObject({ status, body: { error } });
});

it('the address book of the phone gets people, their new names, and loses them', async () => {
  const entry = () => shop.phone.appState.find(['contact', ana.jid])?.contactAction;
  const save = (body: object) => world.orchestrator.patch(at(`contacts/${ana.lid}`), body);
  expect(await save({ full_name: 'Ana García' })).toMatchObject({ status: 200, body: { data: personOf(ana) } });
  expect(entry()).toMatchObject({ fullName: 'Ana García', firstName: 'Ana', lidJid: ana.lid });
  await save({ full_name: 'Ana G.', first_name: 'Anita' });
  expect(entry()).toMatchObject({ fullName: 'Ana G.', firstName: 'Anita' });

  const remove = () => world.orchestrator.delete(at(`contacts/${ana.number}`));
  expect(await remove()).toMatchObject({ status: 200 });
  expect(entry()).toBeUndefined();
  expect(await remove()).toMatchObject({ status: 200 });
  await save({ full_name: 'Otra vez' });
  expect(entry()).toMatchObject({ fullName: 'Otra vez' });
  await shop.phone.appState.setContactName(luz, 'Luz');
  await save({ full_name: 'Y otra' });
  expect(entry()).toMatchObject({ fullName: 'Y otra' });
  expect(await save({ full_name: '' })).toMatchObject({ status: 400, body: { error: 'invalid_body' } });
});

it('WhatsApp tells presence to a session that follows somebody', async () => {
  expect(await world.orchestrator.post(at(`contacts/${ana.number}/presence`), {})).toMatchObject({ status: 200 });
  expect(await world.orchestrator.post(at('contacts/120363012345678901@g.us/presence'), {})).toMatchObject({
    status: 400,
    body: { error: 'invalid_number' },
  });
});
