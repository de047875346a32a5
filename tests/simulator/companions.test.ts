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
