import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

it('brings a text from a phone, with its name and both addresses, and the receipt back', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA, 'Ana_1: hola@casa ñandú 🙂');
  await using client = new BaileysClient(whatsapp);
  const device = await client.pairWith(whatsapp.phone(SHOP, 'Shop'));

  const id = await ana.sendText(SHOP, 'hola');
  const { message, type } = await client.text('hola');
  const receipts = await ana.untilReceipts(id, ({ delivered }) => delivered.length === 2);

  expect(type).toBe('notify');
  expect(message).toMatchObject({
    pushName: 'Ana_1: hola@casa ñandú 🙂',
    key: { id, remoteJid: ana.lid, fromMe: false },
  });
  expect(message.key.remoteJidAlt).toBe(ana.jid);
  expect(receipts.delivered.sort()).toEqual([device, `${SHOP}@s.whatsapp.net`]);
  expect(whatsapp.devices()).toMatchObject([{ waiting: 0 }]);
});

it('addresses by phone number when it is told to', async () => {
  await using whatsapp = await startSimulator({ addressing: 'pn' });
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));

  await ana.sendText(SHOP, 'by number');
  await ana.sendText(SHOP, 'by lid', { addressing: 'lid', id: 'FIXED1' });

  expect((await client.text('by number')).message.key).toMatchObject({ remoteJid: ana.jid, remoteJidAlt: ana.lid });
  expect((await client.text('by lid')).message.key).toMatchObject({ id: 'FIXED1', remoteJid: ana.lid });
});

it.each(['jid', 'lid'] as const)(
  'brings a text from the client to a phone under its %s, acknowledged and receipted',
  async (address) => {
    await using whatsapp = await startSimulator();
    const ana = whatsapp.phone(ANA);
    await using client = new BaileysClient(whatsapp);
    await client.pairWith(whatsapp.phone(SHOP));

    const sent = await client.sock!.sendMessage(ana[address], { text: 'buenas' });
    const { id } = sent!.key;

    expect(await ana.next()).toMatchObject({ id, from: SHOP, text: 'buenas', message: { extendedTextMessage: {} } });
    const ack = await client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === id);
    expect(ack.attrs).toMatchObject({ class: 'message', from: ana[address] });
    expect(ack.attrs.error).toBeUndefined();
    await client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.id === id && attrs.type === undefined);
    await ana.markRead(id!);
    const read = await client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.type === 'read');
    expect(read.attrs).toMatchObject({ id, from: ana[address] });
  },
);

it('brings a hundred texts in their order', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const texts = Array.from({ length: 100 }, (_, index) => `text ${index + 1}`);

  await Promise.all(texts.map((text) => ana.sendText(SHOP, text)));
  await client.text('text 100');

  expect(client.messages.map(({ message }) => message.message?.conversation)).toEqual(texts);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('carries messages between two linked clients, with copies for all devices of both accounts', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA, 'Ana');
  const shop = whatsapp.phone(SHOP, 'Shop');
  await using anasClient = new BaileysClient(whatsapp);
  await using counter = new BaileysClient(whatsapp);
  await using office = new BaileysClient(whatsapp);
  await anasClient.pairWith(ana);
  await counter.pairWith(shop);
  expect(await office.pairWith(shop)).toBe(`${SHOP}:2@s.whatsapp.net`);

  await counter.sock!.sendMessage(ana.jid, { text: 'from the counter' });

  expect((await anasClient.text('from the counter')).message).toMatchObject({
    pushName: 'Shop',
    key: { fromMe: false },
  });
  expect(await ana.next()).toMatchObject({ text: 'from the counter', fromJid: `${SHOP}:1@s.whatsapp.net` });
  const copy = (await office.text('from the counter')).message;
  expect(copy.key).toMatchObject({ fromMe: true, remoteJid: ana.jid });

  await shop.sendText(ANA, 'from the phone');
  const own = (await office.text('from the phone')).message;
  expect(own.key).toMatchObject({ fromMe: true, remoteJid: ana.lid, remoteJidAlt: ana.jid });
  expect(whatsapp.stats()).toMatchObject({ errors: [], retries: 0 });
});

it('hands out each one-time key once', async () => {
  await using whatsapp = await startSimulator();
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const keys = (): number => client.tables.get('pre-key')!.size;
  const before = keys();

  await whatsapp.phone(ANA).sendText(SHOP, 'one');
  await whatsapp.phone('5491100000001').sendText(SHOP, 'two');
  await client.text('one');
  await client.text('two');

  expect(keys()).toBe(before - 2);
  expect(whatsapp.stats().retries).toBe(0);
});

it('lets a session begin when the device has no one-time key', async () => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp).connect();
  await shop.scan(await client.qr());
  await client.untilClosed(0);

  await whatsapp.phone(ANA).sendText(SHOP, 'before the first login');
  await client.logIn();

  expect((await client.text('before the first login')).type).toBe('append');
});

it('asks a client for more keys when few are left', async () => {
  await using whatsapp = await startSimulator();
  await using client = new BaileysClient(whatsapp);
  const jid = await client.pairWith(whatsapp.phone(SHOP));
  const count = client.tables.get('pre-key')!.size;
  await using asker = new BaileysClient(whatsapp);
  await asker.pairWith(whatsapp.phone(ANA));

  const user = { tag: 'user', attrs: { jid } };
  const users = Array.from({ length: count - 4 }, () => user);
  const attrs = { to: '@s.whatsapp.net', type: 'get', xmlns: 'encrypt' };
  await asker.sock!.query({ tag: 'iq', attrs, content: [{ tag: 'key', attrs: {}, content: users }] });

  await client.stanza(({ tag, attrs: { type } }) => tag === 'notification' && type === 'encrypt');
  await client.until(() => client.tables.get('pre-key')!.size > count, 'new keys');
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('encrypts again for a client that has lost its session', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  await ana.sendText(SHOP, 'before');
  await client.text('before');
  client.tables.get('session')!.clear();

  const id = await ana.sendText(SHOP, 'lost at first');

  expect((await client.text('lost at first')).message.key.id).toBe(id);
  expect(ana.receiptsOf(id).retries).toBe(1);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('asks a client to encrypt again what a phone cannot read', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  let spoilt = 0;
  whatsapp.use({
    name: 'spoil the first message',
    onStanza(stanza) {
      if (stanza.tag === 'message' && spoilt++ === 0) spoil(stanza);
      return false;
    },
  });

  const sent = await client.sock!.sendMessage(ana.jid, { text: 'spoilt at first' });

  expect(await ana.next()).toMatchObject({ id: sent!.key.id, text: 'spoilt at first' });
  // Ana's phone asks, and the shop's phone for its copy.
  await whatsapp.until((server) => server.stats().retries === 2);
});

it('finds numbers exactly or by an alias, and nobody under others', async () => {
  await using whatsapp = await startSimulator();
  whatsapp.phone('5491112345678', 'Ana', ['541112345678']);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const canonical = { jid: '5491112345678@s.whatsapp.net', exists: true };

  expect(await client.sock!.onWhatsApp('5491112345678')).toEqual([canonical]);
  expect(await client.sock!.onWhatsApp('541112345678')).toEqual([canonical]);
  expect(await client.sock!.onWhatsApp('5491199999999')).toEqual([]);
});

/** Within the MAC, which is followed by no more than two small numbers. */
const MAC_FROM_END = 10;

interface Part {
  tag: string;
  content?: Part[] | string | Uint8Array;
}

function spoil(part: Part): void {
  if (part.tag === 'enc' && part.content instanceof Uint8Array) part.content[part.content.length - MAC_FROM_END]! ^= 1;
  if (Array.isArray(part.content)) part.content.forEach(spoil);
}
