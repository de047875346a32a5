import { NOTICES, type NoticeName } from '../../../simulator/notices/notice-table.ts';
import { type Phone } from '../../../simulator/phones/phone.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
beforeAll(async () => {
  world = await startWorld();
  ana = world.whatsapp.phone('5491122334455', 'Ana');
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});
afterAll(() => world[Symbol.asyncDispose]());

/** Ana writes, which comes behind everything that was sent before. Returns the contents of what was told as messages until then. */
async function toldUntil(text: string): Promise<unknown[]> {
  const before = world.backend.received.length;
  await ana.sendText(shop.phone.number, text);
  await world.backend.next(({ body }) => body.message_content === text);
  const told = world.backend.received.slice(before).filter(({ path }) => path.endsWith('messages/received'));
  return told.map(({ body }) => body.message_content as unknown);
}

/** Everything is acknowledged on the same connection, and nothing about it is noted as trouble. */
async function expectCalm(): Promise<void> {
  const { whatsapp, orchestrator } = world;
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0, { what: 'every acknowledgement' });
  expect(whatsapp.stats()).toMatchObject({ logins: 1, open: 1, errors: [] });
  const { body } = await orchestrator.get(`/sessions/${shop.sessionId}/timeline`);
  const notes = (body.data as { what: string; why: unknown }[]).filter(({ what }) => what === 'trouble');
  expect(notes).toEqual([]);
}

it.each(Object.keys(NOTICES) as NoticeName[])('bears the notice "%s"', async (name) => {
  world.whatsapp.notice(name, shop.phone.number);

  expect(await toldUntil(`after ${name}`)).toEqual([`after ${name}`]);
  await expectCalm();
});

it('bears all notices at once, and after an absence', async () => {
  const names = Object.keys(NOTICES) as NoticeName[];
  for (const name of names) world.whatsapp.notice(name, shop.phone.number);
  expect(await toldUntil('after all of them')).toEqual(['after all of them']);
  await expectCalm();

  await world.stopOrchestrator();
  await world.whatsapp.until((server) => !server.devices()[0]!.online);
  for (const name of names) world.whatsapp.notice(name, shop.phone.number);
  await world.startOrchestrator();

  expect(await toldUntil('after the absence')).toEqual(['after the absence']);
  await world.whatsapp.until((server) => server.devices()[0]!.waiting === 0);
  expect(world.whatsapp.stats()).toMatchObject({ logins: 2, open: 1, errors: [] });
});
