import { COLLECTION_NAMES } from '../../../simulator/app-state/collection-names.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { countQueries } from '../../harness/count-queries.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const SHOP = '5491166778899';
const MINUTE_MS = 60_000;

interface Scene extends AsyncDisposable {
  world: World;
  shop: LinkedAccount;
  phone: Phone;
  ana: Phone;
  queries: { readonly count: number };
}

/** An account with a contact, linked while `before` holds; counts what it asks about its app state. */
async function startScene(before: (world: World, phone: Phone) => void = () => undefined): Promise<Scene> {
  const world = await startWorld();
  const queries = countQueries(world.whatsapp, 'w:sync:app:state');
  const [phone, ana] = [world.whatsapp.phone(SHOP, 'Tienda'), world.whatsapp.phone('5491122334455', 'Ana')];
  before(world, phone);
  await phone.appState.setContactName(ana, 'Ana García');
  const shop = await world.link(phone);
  return { world, shop, phone, ana, queries, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Resolves when a message has come and another one has gone; returns how often the app state was asked for until then. */
async function talk({ world, shop, ana, queries }: Scene, text: string): Promise<number> {
  const id = await ana.sendText(SHOP, text);
  await world.backend.next(({ body }) => body.message_id === id);
  await world.orchestrator.send(shop.sessionId, ana.number, `${text}?`);
  await ana.next((message) => message.text === `${text}?`);
  return queries.count;
}

async function troubles({ world, shop }: Scene): Promise<string[]> {
  const { body } = await world.orchestrator.get(`/sessions/${shop.sessionId}/timeline`);
  const notes = body.data as { what: string; why: string | null }[];
  return notes.flatMap(({ what, why }) => (what === 'trouble' ? [why ?? ''] : []));
}

const untilAsked = ({ queries }: Scene, count: number) => untilTrue(() => Promise.resolve(queries.count >= count));

it('a first login fetches all collections, and each of them when it changes', async () => {
  await using scene = await startScene();
  await untilAsked(scene, COLLECTION_NAMES.length);
  expect(await talk(scene, 'hola')).toBe(COLLECTION_NAMES.length);

  await scene.phone.appState.archive(scene.ana);
  await untilAsked(scene, COLLECTION_NAMES.length + 1);

  expect(await talk(scene, 'sigue')).toBe(COLLECTION_NAMES.length + 1);
  expect(await troubles(scene)).toEqual([]);
  expect(scene.world.whatsapp.stats()).toMatchObject({ logins: 1, retries: 0 });
});

describe('costs a few queries, a pause and a note, and nobody waits for it:', () => {
  it.each([
    ['app-state-empty', /did not answer, or without anything new/],
    ['app-state-endless', /did not answer, or without anything new/],
    ['app-state-bad-mac', /could not be decrypted or verified/],
  ] as const)('a first login with %s', async (fault, why) => {
    await using scene = await startScene((world) => world.whatsapp.fault(fault, { number: SHOP }));
    const { world, phone, ana } = scene;
    await untilAsked(scene, COLLECTION_NAMES.length);
    const asked = await talk(scene, 'hola');
    expect(asked).toBeLessThanOrEqual(2 * COLLECTION_NAMES.length);

    for (let times = 0; times < 20; times += 1) await phone.appState.setContactName(ana, `Ana ${times}`);
    await world.whatsapp.until((server) => server.devices()[0]?.waiting === 0);
    expect(await talk(scene, 'sigue')).toBe(asked);
    expect(await troubles(scene)).toEqual([expect.stringMatching(why)]);

    world.whatsapp.clearFaults();
    world.clock.skip(MINUTE_MS);
    await untilTrue(() => Promise.resolve(scene.queries.count > asked));
    await talk(scene, 'bien');
    expect(world.whatsapp.stats().logins).toBe(1);
  });
});

it('keys that come late are waited for without a query', async () => {
  await using scene = await startScene((_, phone) => {
    phone.appState.withholdsKeys = true;
  });
  await scene.phone.appState.pin(scene.ana);
  expect(await talk(scene, 'hola')).toBe(0);

  await scene.phone.appState.shareKeys();

  await untilAsked(scene, COLLECTION_NAMES.length);
  expect(await talk(scene, 'bien')).toBe(COLLECTION_NAMES.length);
  expect(await troubles(scene)).toEqual([]);
});

it('what was sealed with a key that is missing is fetched as soon as the key comes', async () => {
  await using scene = await startScene();
  const { phone, ana } = scene;
  await untilAsked(scene, COLLECTION_NAMES.length);
  phone.appState.withholdsKeys = true;
  await phone.appState.renewKey();
  for (let times = 0; times < 20; times += 1) await phone.appState.setContactName(ana, `Ana ${times}`);
  const asked = await talk(scene, 'hola');
  expect(asked).toBeLessThanOrEqual(COLLECTION_NAMES.length + 2);
  expect(await troubles(scene)).toEqual([expect.stringMatching(/could not be decrypted or verified/)]);

  await phone.appState.shareKeys();

  await untilAsked(scene, asked + 1);
  await talk(scene, 'bien');
  await phone.appState.setContactName(ana, 'Ana García');
  await untilAsked(scene, asked + 2);
  expect(await troubles(scene)).toHaveLength(1);
});

it('a connection that logs in again asks only for what it never got', async () => {
  await using scene = await startScene();
  await untilAsked(scene, COLLECTION_NAMES.length);
  const asked = await talk(scene, 'hola');
  const empty = COLLECTION_NAMES.length - 2;

  await scene.world.orchestrator.post(`/sessions/${scene.shop.sessionId}/restart`);
  await scene.world.whatsapp.until((server) => server.stats().logins === 2);

  await untilAsked(scene, asked + empty);
  expect(await talk(scene, 'bien')).toBe(asked + empty);
});
