import type { BaileysEventMap, BinaryNode } from '@whiskeysockets/baileys';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { startSimulator } from '../../../simulator/start-simulator.ts';
import { AppStateResync } from '../../../src/whatsapp/baileys/app-state-resync.ts';
import { tapEvents } from '../../../src/whatsapp/baileys/event-tap.ts';
import { BaileysClient } from '../../harness/baileys-client.ts';
import { countQueries } from '../../harness/count-queries.ts';
import { mediaFrom } from '../../harness/media-from.ts';

const SHOP = '5491166778899';
const NAMES = 'critical_unblock_low';

let whatsapp: Simulator;
let shop: Phone;
let ana: Phone;
let client: BaileysClient;
let contacts: BaileysEventMap['contacts.upsert'];
const resync = new AppStateResync();

beforeAll(async () => {
  whatsapp = await startSimulator();
  [shop, ana] = [whatsapp.phone(SHOP, 'Shop'), whatsapp.phone('5491122334455', 'Ana')];
  client = new BaileysClient(whatsapp, {
    logger: resync.logger,
    appStateMacVerification: { patch: true, snapshot: true },
    options: mediaFrom(whatsapp),
    defaultQueryTimeoutMs: 1_000,
  });
  await client.pairWith(shop);
  await client.until(() => client.creds.myAppStateKeyId !== undefined, 'the key');
  await shop.appState.setContactName(ana, 'Ana García');
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  // Here the test decides when something is fetched, not what the phone announces.
  client.sock!.ws.on('CB:notification,type:server_sync', (stanza: BinaryNode) => {
    stanza.content = [];
  });
  resync.watch(client.sock!);
  contacts = [];
  tapEvents(client.sock!, { 'contacts.upsert': (upserted) => void contacts.push(...upserted) });
});
afterEach(() => whatsapp.clearFaults());
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

async function forget(): Promise<void> {
  await client.sock!.authState.keys.set({ 'app-state-sync-version': { [NAMES]: null } });
}

it.each([
  ['is never answered', 'no-answer', { xmlns: 'w:sync:app:state' }, /did not answer/],
  ['is refused', 'error-answer', { xmlns: 'w:sync:app:state', code: 500 }, /simulated/],
  ['is answered with a file that is gone', 'media-status', { code: 404 }, /./],
] as const)(
  'a query that %s is not repeated, and what is sent does not wait for it',
  async (_, fault, options, why) => {
    await forget();
    whatsapp.fault(fault, { number: SHOP, ...options });
    using queries = countQueries(whatsapp, 'w:sync:app:state');

    const fetched = resync.fetch(client.sock!, NAMES);
    const isRefused = expect(fetched).rejects.toThrow(why);
    await client.sock!.sendMessage(ana.jid, { text: fault });
    await ana.next(({ text }) => text === fault);

    await isRefused;
    expect(queries.count).toBeLessThanOrEqual(1);
  },
);

it('names of contacts and the own name are emitted where events are tapped', async () => {
  await forget();
  contacts.length = 0;

  await resync.fetch(client.sock!, NAMES);
  expect(contacts).toEqual([expect.objectContaining({ id: ana.jid, lid: ana.lid, name: 'Ana García' })]);

  await resync.fetch(client.sock!, 'critical_block');
  expect(client.creds.me?.name).toBe('Shop');
});

it('what cannot be verified is fetched anew, as a whole, by the next one', async () => {
  await shop.appState.setContactName(ana, 'Ana G.');
  await resync.fetch(client.sock!, NAMES);
  await shop.appState.setContactName(ana, 'Ana B.');
  whatsapp.fault('app-state-bad-mac', { number: SHOP, times: 1 });
  await expect(resync.fetch(client.sock!, NAMES)).rejects.toThrow(/decrypted or verified/);
  expect(await resync.missing(client.sock!)).toContain(NAMES);
  contacts.length = 0;

  await resync.fetch(client.sock!, NAMES);

  expect(contacts.map(({ name }) => name)).toEqual(['Ana B.']);
});

it('a long absence is caught up with in one go', async () => {
  await resync.fetch(client.sock!, 'regular_high');
  await shop.appState.mute(ana, 1_900_000_000_000);
  await resync.fetch(client.sock!, 'regular_high');
  for (let at = 1; at <= 120; at += 1) await shop.appState.mute(ana, 1_900_000_000_000 + at);
  using queries = countQueries(whatsapp, 'w:sync:app:state');

  await resync.fetch(client.sock!, 'regular_high');

  expect(queries.count).toBe(3);
  expect(await client.sock!.authState.keys.get('app-state-sync-version', ['regular_high'])).toMatchObject({
    regular_high: { version: 121 },
  });
});

it('a look for what is missing does not count as another answer', async () => {
  await client.sock!.authState.keys.set({ 'app-state-sync-version': { critical_block: null } });

  const fetched = resync.fetch(client.sock!, 'critical_block');

  expect(await resync.missing(client.sock!)).toContain('critical_block');
  await fetched;
});
