import { type Phone } from '../../../simulator/phones/phone.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const SHOP = '5491166778899';
const DAY_MS = 86_400_000;

let world: World;
let shop: LinkedAccount;
let ana: Phone;

beforeAll(async () => {
  world = await startWorld();
  shop = await world.link(world.whatsapp.phone(SHOP, 'Shop'));
  ana = world.whatsapp.phone('5491122334455', 'Ana');
});
afterAll(() => world[Symbol.asyncDispose]());

interface Note {
  what: string;
  why: string | null;
}

async function notes(what: string): Promise<string[]> {
  const { body } = await world.orchestrator.get(`/sessions/${shop.sessionId}/timeline`);
  return (body.data as Note[]).flatMap((note) => (note.what === what ? [note.why ?? ''] : []));
}

async function untilTold(text: string): Promise<void> {
  const id = await ana.sendText(SHOP, text);
  await world.backend.next(({ body }) => body.message_id === id);
}

it("a ping of WhatsApp's server is answered", async () => {
  await world.whatsapp.ping();

  expect(world.whatsapp.stats().errors).toEqual([]);
});

it('a contact who registers anew is noted in the timeline, and can be written to', async () => {
  await untilTold('hola');
  await world.orchestrator.send(shop.sessionId, ana.number, 'buenas');
  expect(await ana.next()).toMatchObject({ text: 'buenas' });

  await ana.registerAnew();
  await untilTrue(async () => (await notes('identity_changed')).length === 1);
  expect(await notes('identity_changed')).toEqual([expect.stringMatching(/^5491122334455 has a new security code/)]);

  await untilTold('soy yo, con otro teléfono');
  await world.orchestrator.send(shop.sessionId, ana.number, '¿quién?');
  expect(await ana.next()).toMatchObject({ text: '¿quién?' });
});

it('at most ten contacts an hour are noted, however many register anew', async () => {
  const crowd = Array.from({ length: 20 }, (_, at) => world.whatsapp.phone(`54911000000${at + 10}`));
  for (const phone of crowd) await phone.registerAnew();
  await untilTold('y nada más');

  expect(await notes('identity_changed')).toHaveLength(10);
});

it('the end of the client version is reported in time, without making the server unhealthy', async () => {
  const problems = async () => (await world.orchestrator.get('/health')).body as { status: string; problems: string[] };
  world.whatsapp.expireClients(world.clock.now() + 15 * DAY_MS);
  await untilTold('aún no');
  expect(await problems()).toMatchObject({ status: 'ok', problems: [] });

  const expiresAtMs = world.clock.now() + 13 * DAY_MS;
  world.whatsapp.expireClients(expiresAtMs);
  await untilTold('pronto');

  const warning = expect.stringContaining(new Date(expiresAtMs).toISOString().slice(0, 10)) as string;
  expect(await problems()).toMatchObject({ success: true, status: 'degraded', problems: [warning] });
  expect(await notes('trouble')).toEqual([warning]);
});
