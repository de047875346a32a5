import type { BinaryNode } from '@whiskeysockets/baileys';
import { BaileysClient } from '../harness/baileys-client.ts';
import { SHOP, linkedClientForAllTests } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

it('a companion decrypts and confirms what a client sends to its owner', async () => {
  const { ana, client } = scene;
  const companions = [ana.addCompanion(), ana.addCompanion()];

  const { key } = (await client.sock!.sendMessage(ana.jid, { text: 'to all your devices' }))!;

  for (const device of [ana, ...companions]) {
    expect(await device.next()).toMatchObject({ id: key.id, text: 'to all your devices' });
  }
  await client.stanza(
    ({ tag, attrs }) => tag === 'receipt' && attrs.id === key.id && attrs.from === companions[1]!.jid,
  );
});

it('a companion receives what others send to its owner’s group, but not what its owner sends', async () => {
  const { whatsapp, ana, client } = scene;
  const companion = ana.addCompanion();
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.existingPhone(SHOP)!] });

  await ana.sendText(group, 'from the phone');
  await client.text('from the phone');
  const { key } = (await client.sock!.sendMessage(group.jid, { text: 'from the client' }))!;

  expect(await companion.next()).toMatchObject({ id: key.id, group: group.jid, text: 'from the client' });
});

it('a receipt to a person reaches all devices of that person, and one to a device that device', async () => {
  const { whatsapp, ana, client } = scene;
  const luz = new BaileysClient(whatsapp);
  await luz.pairWith(ana);
  const isReceipt = (id: string, type: string) => (stanza: BinaryNode) =>
    stanza.tag === 'receipt' && stanza.attrs.id === id && stanza.attrs.type === type;

  const id = await ana.sendText(SHOP, 'who is told that it is read?');
  const { message } = await client.text('who is told that it is read?');
  await client.sock!.readMessages([message.key]);
  await client.sock!.sendReceipt(luz.creds.me!.lid!, undefined, [id], 'played');

  await luz.stanza(isReceipt(id, 'read'));
  await luz.stanza(isReceipt(id, 'played'));
  expect((await ana.untilReceipts(id, ({ read }) => read.length === 1)).read).toHaveLength(1);
  await luz[Symbol.asyncDispose]();
});
