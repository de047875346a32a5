import type { BinaryNode } from '@whiskeysockets/baileys';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();

function receiptFor(id: string): Promise<BinaryNode> {
  return scene.client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.id === id && attrs.recipient !== undefined);
}

it('tells the own devices what the phone has read, in chats and groups', async () => {
  const { ana, whatsapp } = scene;
  const shop = whatsapp.phone(SHOP);
  const group = whatsapp.group({ subject: 'Us', members: [ana, shop] });
  const [text, inGroup] = [await ana.sendText(shop, 'one'), await ana.sendText(group, 'two')];
  await shop.next(({ id }) => id === inGroup);

  await shop.markRead(text);
  await shop.markPlayed(inGroup);

  expect((await receiptFor(text)).attrs).toMatchObject({ from: shop.lid, recipient: ana.lid, type: 'read' });
  expect((await receiptFor(inGroup)).attrs).toMatchObject({
    ...{ from: group.jid, participant: shop.lid, recipient: ana.lid, type: 'played' },
  });
  expect(ana.receiptsOf(text).read).toContain(shop.jid);
});

it('tells nobody else when the account keeps to itself what it reads', async () => {
  const { ana, whatsapp } = scene;
  const shop = whatsapp.phone(SHOP);
  shop.privacy.set('readreceipts', 'none');
  const id = await ana.sendText(shop, 'secret');
  await shop.next((message) => message.id === id);

  await shop.markRead(id);

  expect((await receiptFor(id)).attrs.type).toBe('read-self');
  expect(ana.receiptsOf(id).read).toEqual([]);
  shop.privacy.set('readreceipts', 'all');
});

it.each([
  ['a LID without an account', '199999999999999@lid', '199999999999999@lid'],
  ['devices that are not linked any more', '', ':77@lid'],
  ['devices that are not linked any more, as a status', 'status@broadcast', ':77@lid'],
])('refuses a message to %s with 479', async (_, to, device) => {
  const { ana, client } = scene;
  const [chat, only] = [to || ana.lid, device.startsWith(':') ? ana.lid.replace('@lid', device) : device];
  const id = `REFUSED-${chat}`;
  const enc = { tag: 'enc', attrs: { v: '2', type: 'msg' }, content: Buffer.from('sealed') };

  await client.sock!.sendNode({
    tag: 'message',
    attrs: { id, to: chat, type: 'text' },
    content: [{ tag: 'participants', attrs: {}, content: [{ tag: 'to', attrs: { jid: only }, content: [enc] }] }],
  });

  const ack = await client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === id);
  expect(ack.attrs.error).toBe('479');
});

it('says what the user is to be told with some refusals of a login', async () => {
  const { client, whatsapp } = scene;
  await client.goAway();
  whatsapp.fault('failure-at-login', { reason: 403, number: SHOP, times: 1 });
  const { length } = client.closings;
  client.connect();

  expect(await client.untilClosed(length)).toMatchObject({ code: 403 });
  const failure = client.stanzas.findLast(({ tag }) => tag === 'failure')!;
  expect(failure.attrs.logout_message_header).toBeTruthy();
});
