import { type BaileysEventMap, proto, type WAMessage } from '@whiskeysockets/baileys';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';
import { ANA, SHOP } from '../harness/linked-client.ts';
import { untilTrue } from '../harness/until.ts';

type History = BaileysEventMap['messaging-history.set'];

const { HistorySyncType } = proto.HistorySync;

const { fetch } = globalThis;

afterEach(() => {
  globalThis.fetch = fetch;
});

/** A stock client that takes the history of the shop's phone, which has a chat with Ana. */
async function scene(): Promise<AsyncDisposable & Scene> {
  const whatsapp = await startQuickSimulator();
  // Baileys asks WhatsApp's own host for files.
  globalThis.fetch = (url, init) =>
    fetch((url as string | URL).toString().replace('https://mmg.whatsapp.net', `http://${whatsapp.mediaHost}`), init);
  const [ana, shop] = [whatsapp.phone(ANA, 'Ana'), whatsapp.phone(SHOP, 'Shop')];
  const client = new BaileysClient(whatsapp, { shouldSyncHistoryMessage: () => true });
  // As after the first login: Baileys does not synchronize the app state.
  client.creds.accountSyncCounter = 1;
  const told: History[] = [];
  const all = { whatsapp, ana, shop, client, told };
  return {
    ...all,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await whatsapp[Symbol.asyncDispose]();
    },
  };
}

interface Scene {
  whatsapp: Simulator;
  ana: Phone;
  shop: Phone;
  client: BaileysClient;
  told: History[];
}

/** Links the client, and notes the histories that Baileys reads; it merges those of one login. */
async function link({ client, shop, told }: Scene): Promise<void> {
  client.connect();
  const { length: connection } = client.closings;
  await shop.scan(await client.qr());
  await client.untilClosed(connection);
  client.connect();
  client.sock!.ev.on('messaging-history.set', (history) => told.push(history));
  await client.until(() => client.opened > 0 && client.caughtUp > 0, 'the login');
}

const isLast = ({ syncType }: History) => syncType === HistorySyncType.NON_BLOCKING_DATA;
const textsIn = ({ messages }: { messages: WAMessage[] }) => messages.map(({ message }) => message?.conversation);

it.each(['inline', 'file'] as const)('goes to a device once it is linked and logged in (%s)', async (form) => {
  await using all = await scene();
  const { ana, shop, client, told, whatsapp } = all;
  shop.history.form = form;
  shop.history.add(ana, { texts: ['hola', '¿hay pan?'], savedAs: 'Ana del pan', token: Buffer.from('token') });

  await link(all);
  await untilTrue(() => Promise.resolve(told.some(isLast)));

  const contacts = told.flatMap((history) => history.contacts);
  expect(contacts).toContainEqual(expect.objectContaining({ id: ana.lid, name: 'Ana del pan', phoneNumber: ana.jid }));
  expect(contacts).toContainEqual(expect.objectContaining({ id: ana.lid, notify: 'Ana' }));
  expect(told.flatMap(textsIn)).toEqual(expect.arrayContaining(['hola', '¿hay pan?']));
  expect([...client.tables.get('lid-mapping')!.keys()]).toContain(ANA);
  expect(client.tables.get('tctoken')?.get(ana.lid)).toMatchObject({ token: Buffer.from('token') });
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  expect(whatsapp.stats().errors).toEqual([]);
});

it('does not go to a device of a phone that has none', async () => {
  await using all = await scene();
  await link(all);
  await all.ana.sendText(SHOP, 'hola');
  await all.client.until(
    () => all.client.stanzas.some(({ tag, attrs }) => tag === 'message' && attrs.category !== 'peer'),
    'the text',
  );
  expect(all.told).toEqual([]);
});

it('comes in chunks that say how far it is', async () => {
  await using all = await scene();
  all.shop.history.fill(250, 1);
  await link(all);

  await untilTrue(() => Promise.resolve(all.told.some(isLast)));
  expect(all.told).toContainEqual(expect.objectContaining({ progress: 100, chunkOrder: 3 }));

  const chats = new Set(all.told.flatMap((history) => history.chats.map(({ id }) => id)));
  expect(chats.size).toBe(250);
});

it('is confirmed to the phone', async () => {
  await using all = await scene();
  await link(all);
  all.shop.history.add(all.ana, { texts: ['hola'] });

  const [id] = await all.shop.history.sync();

  const { delivered } = await all.shop.untilReceipts(id!);
  expect(delivered).toEqual([all.whatsapp.devices()[0]!.jid]);
  // Baileys still downloads, and would fail behind the end of the test.
  await untilTrue(() => Promise.resolve(all.told.some(isLast)));
});

it('is continued on demand: the older messages of a chat', async () => {
  await using all = await scene();
  const { shop, ana, client, told } = all;
  await link(all);
  shop.history.add(ana, { texts: ['uno', 'dos', 'tres'] });
  await shop.history.sync();
  await untilTrue(() => Promise.resolve(told.some(isLast)));
  const newest = told.flatMap(({ messages }) => messages).find(({ message }) => message?.conversation === 'tres')!;

  const request = await client.sock!.fetchMessageHistory(1, newest.key, Number(newest.messageTimestamp) * 1000);

  const isAnswer = ({ syncType }: History) => syncType === HistorySyncType.ON_DEMAND;
  await untilTrue(() => Promise.resolve(told.some(isAnswer)));
  const answer = told.find(isAnswer)!;
  expect(answer).toMatchObject({ peerDataRequestSessionId: request });
  expect(textsIn(answer)).toEqual(['dos']);
});

it('is followed by the LIDs of its people when the phone moves its chats to LIDs', async () => {
  await using all = await scene();
  const { shop, ana, client } = all;
  await link(all);
  shop.history.add(ana);

  await shop.history.migrateToLids();

  const known = () => client.tables.get('lid-mapping')?.get(ANA);
  await untilTrue(() => Promise.resolve(known() !== undefined));
  expect(`${String(known())}@lid`).toBe(ana.lid);
});
