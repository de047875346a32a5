import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

it('delivers a text from a phone with its name and both addresses, and returns the receipt', async () => {
  await using whatsapp = await startQuickSimulator();
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
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  await client.sock!.readMessages([message.key]);
  expect((await ana.untilReceipts(id, ({ read }) => read.length > 0)).read).toEqual([device]);
});

it('addresses by phone number when configured', async () => {
  await using whatsapp = await startQuickSimulator({ addressing: 'pn' });
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));

  await ana.sendText(SHOP, 'by number');
  await ana.sendText(SHOP, 'by lid', { addressing: 'lid', id: 'FIXED1' });

  expect((await client.text('by number')).message.key).toMatchObject({ remoteJid: ana.jid, remoteJidAlt: ana.lid });
  expect((await client.text('by lid')).message.key).toMatchObject({ id: 'FIXED1', remoteJid: ana.lid });
});

it.each(['jid', 'lid'] as const)(
  'delivers a text from the client to a phone by its %s, with an acknowledgement and a receipt',
  async (address) => {
    await using whatsapp = await startQuickSimulator();
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

it('delivers a hundred texts in order', async () => {
  await using whatsapp = await startQuickSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const texts = Array.from({ length: 100 }, (_, index) => `text ${index + 1}`);

  await Promise.all(texts.map((text) => ana.sendText(SHOP, text)));
  await client.text('text 100');

  expect(client.messages.map(({ message }) => message.message?.conversation)).toEqual(texts);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});
