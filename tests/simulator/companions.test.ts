import { SHOP, shopForAllTests } from '../harness/shop.ts';

const shop = shopForAllTests();

it('a companion reads and confirms what a client writes to its owner', async () => {
  const { ana, client } = shop;
  const companions = [ana.addCompanion(), ana.addCompanion()];

  const { key } = (await client.sock!.sendMessage(ana.jid, { text: 'to all your devices' }))!;

  for (const device of [ana, ...companions]) {
    expect(await device.next()).toMatchObject({ id: key.id, text: 'to all your devices' });
  }
  await client.stanza(
    ({ tag, attrs }) => tag === 'receipt' && attrs.id === key.id && attrs.from === companions[1]!.jid,
  );
});

it('a companion reads what is written to a group of its owner, and what its owner writes is no news to it', async () => {
  const { whatsapp, ana, client } = shop;
  const companion = ana.addCompanion();
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.existingPhone(SHOP)!] });

  await ana.sendText(group, 'from the phone');
  await client.text('from the phone');
  const { key } = (await client.sock!.sendMessage(group.jid, { text: 'from the client' }))!;

  expect(await companion.next()).toMatchObject({ id: key.id, group: group.jid, text: 'from the client' });
});
