import type { ReceivedMessage } from '../../simulator/phones/inbox.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Group } from '../../simulator/world/group.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const LUZ = '5491133445566';
const SHOP = '5491166778899';

let whatsapp: Simulator;
let client: BaileysClient;
let device: string;
let ana: Phone;
let luz: Phone;
let shop: Phone;

beforeAll(async () => {
  whatsapp = await startQuickSimulator();
  [ana, luz, shop] = [whatsapp.phone(ANA, 'Ana'), whatsapp.phone(LUZ, 'Luz'), whatsapp.phone(SHOP, 'Shop')];
  client = new BaileysClient(whatsapp);
  device = await client.pairWith(shop);
});

afterEach(async () => {
  await whatsapp.until((server) => server.devices().every(({ online, waiting }) => !online || waiting === 0));
  expect(whatsapp.stats()).toMatchObject({ errors: [], undeliverable: 0 });
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

/** Creates a group of Ana, Luz and the shop. */
function neighbours(addressing?: 'lid' | 'pn'): Group {
  return whatsapp.group({ subject: 'Neighbours', members: [ana, luz, shop], addressing });
}

function isIn({ jid }: Group) {
  return ({ group }: ReceivedMessage): boolean => group === jid;
}

function encTypesOf(client: BaileysClient, id: string): string[] {
  const stanza = client.stanzas.find(({ tag, attrs }) => tag === 'message' && attrs.id === id);
  const content = Array.isArray(stanza?.content) ? stanza.content : [];
  return content.map(({ attrs }) => attrs.type ?? '');
}

it.each(['lid', 'pn'] as const)('delivers a text to a group that names members by %s', async (addressing) => {
  const group = neighbours(addressing);

  const first = await ana.sendText(group, `hola ${addressing}`);
  const second = await ana.sendText(group, `again by ${addressing}`);
  await luz.sendText(group.jid, `hola Ana by ${addressing}`);

  const { message, type } = await client.text(`hola ${addressing}`);
  expect(type).toBe('notify');
  expect(message).toMatchObject({
    pushName: 'Ana',
    key: { remoteJid: group.jid, id: first, fromMe: false, addressingMode: addressing },
  });
  const [name, other] = addressing === 'lid' ? [ana.lid, ana.jid] : [ana.jid, ana.lid];
  expect(message.key).toMatchObject({ participant: name, participantAlt: other });
  await client.text(`again by ${addressing}`);
  await client.text(`hola Ana by ${addressing}`);
  expect([encTypesOf(client, first), encTypesOf(client, second)]).toEqual([['pkmsg', 'skmsg'], ['skmsg']]);
  expect(await luz.next(isIn(group))).toMatchObject({ from: ANA, text: `hola ${addressing}`, group: group.jid });
  const receipts = await ana.untilReceipts(second, ({ delivered }) => delivered.length === 3);
  expect(receipts.delivered.sort()).toEqual([luz.jid, device, shop.jid].sort());
  await client.sock!.readMessages([message.key]);
  expect((await ana.untilReceipts(first, ({ read }) => read.length > 0)).read).toEqual([device]);
});

it('delivers a client’s group message to every other device, and returns their receipts', async () => {
  const group = neighbours();
  await using anasClient = new BaileysClient(whatsapp);
  await anasClient.pairWith(ana);

  const { key } = (await client.sock!.sendMessage(group.jid, { text: 'to all' }))!;
  await client.sock!.sendMessage(group.jid, { text: 'to all again' });

  for (const phone of [ana, luz]) {
    expect(await phone.next(isIn(group))).toMatchObject({ from: SHOP, text: 'to all', group: group.jid });
    expect(await phone.next(isIn(group))).toMatchObject({ text: 'to all again' });
  }
  await anasClient.text('to all again');
  await luz.markRead(key.id!);
  const read = await client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.type === 'read');
  expect(read.attrs).toMatchObject({ id: key.id, from: group.jid, participant: luz.lid });
});

it('describes groups to their members only', async () => {
  const group = neighbours();
  const foreign = whatsapp.group({ subject: 'Without the shop', members: [ana, luz] });

  const facts = {
    id: group.jid,
    subject: 'Neighbours',
    owner: ana.lid,
    addressingMode: 'lid',
    size: 3,
    participants: [
      { id: ana.lid, phoneNumber: ana.jid, admin: 'superadmin' },
      { id: luz.lid, phoneNumber: luz.jid, admin: null },
      { id: shop.lid, phoneNumber: shop.jid, admin: null },
    ],
  };
  expect(await client.sock!.groupMetadata(group.jid)).toMatchObject(facts);
  expect(await client.sock!.groupFetchAllParticipating()).toMatchObject({ [group.jid]: facts });
  await expect(client.sock!.groupMetadata(foreign.jid)).rejects.toMatchObject({ data: 404 });
  await expect(shop.sendText(foreign, 'let me in')).rejects.toThrow(RangeError);
});

it('queues group messages while a device is away', async () => {
  const group = neighbours();
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
  await ana.sendText(group, 'you were away');
  await ana.sendText(group, 'all the time');

  await client.logIn();

  expect(await client.text('you were away')).toMatchObject({
    type: 'append',
    message: { key: { participant: ana.lid } },
  });
  await client.text('all the time');
});

it('encrypts a group message again for a client that has lost the sender key', async () => {
  const group = neighbours();
  await ana.sendText(group, 'before');
  await client.text('before');
  client.tables.get('sender-key')!.clear();

  const id = await ana.sendText(group, 'lost at first');

  expect((await client.text('lost at first')).message.key).toMatchObject({ id, remoteJid: group.jid });
  await ana.sendText(group, 'after');
  await client.text('after');
  expect(ana.receiptsOf(id).retries).toBe(1);
});

it('asks a client to encrypt a group message again when a phone cannot decrypt it', async () => {
  const group = neighbours();
  let lost = 0;
  whatsapp.use({
    name: 'lose the first sender keys',
    onStanza(stanza) {
      if (stanza.tag !== 'message' || !Array.isArray(stanza.content) || lost++ > 0) return false;
      stanza.content = stanza.content.filter(({ tag }) => tag !== 'participants');
      return false;
    },
  });

  const { key } = (await client.sock!.sendMessage(group.jid, { text: 'unreadable at first' }))!;

  for (const phone of [ana, luz]) {
    expect(await phone.next(isIn(group))).toMatchObject({ id: key.id, text: 'unreadable at first' });
  }
});
