import { countQueries } from '../../harness/count-queries.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const URL = 'https://pps.whatsapp.net/v/ana.jpg';

let world: World;
let account: LinkedAccount;

beforeAll(async () => {
  world = await startWorld();
  account = await world.link(world.whatsapp.phone(ACCOUNT));
});

afterEach(() => world.whatsapp.clearFaults());

afterAll(() => world[Symbol.asyncDispose]());

function check(number: string) {
  return world.orchestrator.get(`/sessions/${account.sessionId}/contacts/check?number=${encodeURIComponent(number)}`);
}

function picture(contactId: string) {
  return world.orchestrator.get(`/sessions/${account.sessionId}/contacts/${contactId}/picture`);
}

describe('a number', () => {
  it.each([
    ['with punctuation', '+54 9 (11) 2233-4455', '5491122334455'],
    ['from Argentina without the mobile 9', '541133334444', '5491133334444'],
    ['from Mexico with the old 1', '5215512345678', '525512345678'],
    ['from Brazil with the ninth digit', '5531987654321', '553187654321'],
  ])('%s is found with one query, together with its LID', async (_, written, number) => {
    const { jid, lid } = world.whatsapp.phone(number);
    using queries = countQueries(world.whatsapp, 'usync');

    const { status, body } = await check(written);

    expect([status, body]).toEqual([200, { success: true, exists: true, number, jid, lid }]);
    expect(queries.count).toBe(1);
  });

  it('that is known is not queried again, neither for a check nor for a send', async () => {
    world.whatsapp.phone('5491144445555');
    await check('5491144445555');
    using queries = countQueries(world.whatsapp, 'usync');

    expect((await check('5491144445555')).body).toMatchObject({ exists: true });
    expect(queries.count).toBe(0);
    await world.orchestrator.send(account.sessionId, '5491144445555', 'hola');
    // Only Baileys' own query for the devices.
    expect(queries.count).toBe(1);
  });

  it('that many requests check at once is queried once', async () => {
    world.whatsapp.phone('5491155556666');
    using queries = countQueries(world.whatsapp, 'usync');

    const answers = await Promise.all(Array.from({ length: 30 }, () => check('5491155556666')));

    expect(answers.map(({ body }) => body.exists)).toEqual(answers.map(() => true));
    expect(queries.count).toBe(1);
  });

  it('that is not on WhatsApp does not exist', async () => {
    expect((await check('14155550100')).body).toEqual({
      success: true,
      exists: false,
      number: null,
      jid: null,
      lid: null,
    });
  });

  it('that is malformed or missing is refused', async () => {
    for (const wrong of ['', 'Ana', '120363012345678901@g.us', '123456789012345@lid']) {
      expect(await check(wrong)).toMatchObject({ status: 400, body: { error: 'invalid_number' } });
    }
  });
});

describe('a profile picture', () => {
  it('is found by the number, the LID and the id of a group', async () => {
    const ana = world.whatsapp.phone('5491122334455', 'Ana');
    const group = world.whatsapp.group({ subject: 'Vecinos', members: [ana, account.phone] });
    ana.picture = { url: URL, shownTo: 'everybody' };
    group.picture = { url: `${URL}?group`, shownTo: 'everybody' };

    for (const contactId of ['541122334455', ana.jid, ana.lid]) {
      expect(await picture(contactId)).toMatchObject({ status: 200, body: { success: true, url: URL } });
    }
    expect((await picture(group.jid)).body.url).toBe(`${URL}?group`);
  });

  it('that is missing or hidden is a 404', async () => {
    const luz = world.whatsapp.phone('5491133445566');
    expect(await picture(luz.number)).toMatchObject({ status: 404, body: { error: 'picture_not_found' } });
    luz.picture = { url: URL, shownTo: 'nobody' };
    expect(await picture(luz.lid)).toMatchObject({ status: 404, body: { error: 'picture_not_found' } });
  });

  it('of an unknown number is a 404 with its own code, and of an invalid number a 400', async () => {
    expect(await picture('14155550111')).toMatchObject({ status: 404, body: { error: 'number_not_on_whatsapp' } });
    expect(await picture('Ana')).toMatchObject({ status: 400, body: { error: 'invalid_number' } });
  });
});

describe('a query to WhatsApp', () => {
  it('times out after 12 s', async () => {
    world.whatsapp.fault('no-answer', { xmlns: 'w:profile:picture', times: 1 });
    const response = picture(world.whatsapp.phone('5491122334455').lid);
    await world.whatsapp.until((whatsapp) => whatsapp.activeFaults().length === 0);
    world.clock.skip(12_000);

    expect(await response).toMatchObject({ status: 504, body: { error: 'whatsapp_timeout' } });
  });

  it.each([
    [429, 429, 'rate_limited'],
    [405, 403, 'not_allowed'],
    [406, 422, 'whatsapp_refused'],
  ])('refused with %d becomes a %d', async (code, status, error) => {
    world.whatsapp.fault('error-answer', { xmlns: 'w:profile:picture', code, times: 1 });

    expect(await picture(world.whatsapp.phone('5491122334455').lid)).toMatchObject({ status, body: { error } });
  });

  it('fails at once when the connection is lost', async () => {
    world.whatsapp.fault('no-answer', { xmlns: 'w:profile:picture', times: 1 });
    const response = picture(world.whatsapp.phone('5491122334455').lid);
    await world.whatsapp.until((whatsapp) => whatsapp.activeFaults().length === 0);
    world.whatsapp.fault('cut', { number: ACCOUNT });

    expect(await response).toMatchObject({ status: 409, body: { error: 'session_not_connected' } });
  });
});

it('a session that waits for a scan refuses contacts and groups', async () => {
  const { body } = await world.orchestrator.get('/generate-qr');
  for (const path of ['contacts/check?number=5491122334455', 'contacts/5491122334455/picture', 'groups']) {
    expect(await world.orchestrator.get(`/sessions/${body.sessionId}/${path}`)).toMatchObject({
      status: 409,
      body: { error: 'session_not_connected' },
    });
  }
});

it('too many checks of unknown numbers are refused before they reach WhatsApp', async () => {
  using queries = countQueries(world.whatsapp, 'usync');
  const numbers = Array.from({ length: 25 }, (_, index) => String(14155550200 + index));

  const answers = await Promise.all(numbers.map(check));

  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(4);
  expect(queries.count).toBe(answers.length - refused.length);
  expect(refused[0]).toMatchObject({
    status: 429,
    body: { error: 'rate_limited', message: expect.stringContaining('unknown numbers') as string },
  });
});
