import { type Phone } from '../../simulator/phones/phone.ts';
import { type Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

let whatsapp: Simulator;
let client: BaileysClient;
let ana: Phone;

beforeAll(async () => {
  whatsapp = await startSimulator();
  ana = whatsapp.phone(ANA);
  client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
});

afterEach(async () => {
  whatsapp.clearFaults();
  if (!client.isThere) await client.logIn();
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

/** The ids of the message stanzas that the client gets while `during` goes on. */
async function idsOf(during: () => Promise<unknown>): Promise<string[]> {
  const { length } = client.stanzas;
  await during();
  return client.stanzas.slice(length).flatMap(({ tag, attrs }) => (tag === 'message' ? [attrs.id!] : []));
}

it('delivers a message twice', async () => {
  whatsapp.fault('duplicate-delivery', { number: SHOP, times: 1 });

  const ids = await idsOf(async () => {
    await ana.sendText(SHOP, 'twice');
    await ana.sendText(SHOP, 'once');
    await client.text('once');
  });

  expect(ids[0]).toBe(ids[1]);
  expect(ids).toHaveLength(3);
  // Baileys cannot read the second, and says so with an ack.
  expect(client.messages.filter(({ message }) => message.message?.conversation === 'twice')).toHaveLength(1);
});

it('delivers the ciphertext of a message once more under another id', async () => {
  whatsapp.fault('used-message-key', { times: 1 });

  const ids = await idsOf(async () => {
    await ana.sendText(SHOP, 'used');
    await ana.sendText(SHOP, 'after the used one');
    await client.text('after the used one');
  });

  expect(new Set(ids).size).toBe(3);
  expect(client.messages.filter(({ message }) => message.key.id === ids[1])).toEqual([]);
});

it('lets a message be overtaken by the next, and loses it not when nothing follows', async () => {
  whatsapp.fault('reordered-delivery', { times: 2 });

  const ids = await idsOf(async () => {
    await Promise.all(['second', 'first', 'third'].map((text) => ana.sendText(SHOP, text)));
    await client.text('third');
  });

  const texts = ids.map((id) => client.messages.find(({ message }) => message.key.id === id)?.message.message);
  expect(texts.map((message) => message?.conversation)).toEqual(['first', 'second', 'third']);
});

it('delivers again at the next login what a lost receipt was for', async () => {
  whatsapp.fault('lose-receipts', { number: SHOP });
  await ana.sendText(SHOP, 'unconfirmed');
  await client.text('unconfirmed');
  await client.goAway();
  whatsapp.clearFaults();
  await whatsapp.until((server) => !server.devices()[0]!.online);

  const ids = await idsOf(() => client.logIn());

  expect(ids).toHaveLength(1);
  expect(whatsapp.stats().redelivered).toBe(1);
});

it.each(['a person', 'a group'])(
  'damages what %s writes, which comes anew, and what follows can be read',
  async (whom) => {
    const shop = whatsapp.phone(SHOP);
    const chat = whom === 'a group' ? whatsapp.group({ subject: 'Us', members: [ana, shop] }) : shop;
    await ana.sendText(chat, `before to ${chat.jid}`);
    await client.text(`before to ${chat.jid}`);

    whatsapp.fault('corrupt-message', { times: 2 });
    const ids = [await ana.sendText(chat, `damaged 1 ${chat.jid}`), await ana.sendText(chat, `damaged 2 ${chat.jid}`)];
    await ana.sendText(chat, `after to ${chat.jid}`);

    await client.text(`damaged 1 ${chat.jid}`);
    await client.text(`damaged 2 ${chat.jid}`);
    await client.text(`after to ${chat.jid}`);
    expect(ids.map((id) => ana.receiptsOf(id).retries)).toEqual([1, 1]);
  },
);

it.each(['a person', 'a group'])('damages the first that somebody writes to %s', async (whom) => {
  const [luz, shop] = [whatsapp.phone(whom === 'a group' ? '5491133445566' : '5491133445577'), whatsapp.phone(SHOP)];
  const chat = whom === 'a group' ? whatsapp.group({ subject: 'Us', members: [luz, shop] }) : shop;
  whatsapp.fault('corrupt-message', { times: 1 });

  const id = await luz.sendText(chat, `the first to ${whom}`);
  await luz.sendText(chat, `the second to ${whom}`);

  await client.text(`the first to ${whom}`);
  await client.text(`the second to ${whom}`);
  expect(luz.receiptsOf(id).retries).toBe(1);
});

it('cuts the line when so many messages were sent, and brings the rest at the next login', async () => {
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
  const texts = Array.from({ length: 300 }, (_, index) => `waiting ${index + 1}`);
  const sent = await Promise.all(texts.map((text) => ana.sendText(SHOP, text)));
  whatsapp.fault('cut-after-messages', { number: SHOP, count: 120 });
  const { length: connection } = client.closings;

  const ids = await idsOf(async () => {
    client.connect();
    expect(await client.untilClosed(connection)).toMatchObject({ code: 428 });
  });
  await whatsapp.until((server) => !server.devices()[0]!.online);
  expect(ids).toHaveLength(120);
  const rest = await idsOf(async () => {
    await client.logIn();
    await client.text('waiting 300');
  });

  // Not all of them become events: what Baileys had decrypted, but still held back when the line was cut, it loses.
  expect(new Set([...ids, ...rest])).toEqual(new Set(sent));
});

it.each([1, 5001, 5002])('cuts the line %d bytes later, within a frame or not', async (bytes) => {
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
  const texts = Array.from({ length: 30 }, (_, index) => `of ${bytes}: ${index + 1}`);
  await Promise.all(texts.map((text) => ana.sendText(SHOP, text)));
  whatsapp.fault('cut-at-byte', { number: SHOP, bytes });
  const { length: connection } = client.closings;

  client.connect();
  await client.untilClosed(connection);
  expect(whatsapp.activeFaults()).toEqual([]);
  await client.logIn();

  await client.text(`of ${bytes}: 30`);
});
