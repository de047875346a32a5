import { SHOP, linkedClientForAllTests } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();
afterEach(() => scene.whatsapp.until((server) => server.devices()[0]!.waiting === 0));

/** Returns the ids of the message stanzas that the client receives while `during` runs. */
async function idsOf(during: () => Promise<unknown>): Promise<string[]> {
  const { length } = scene.client.stanzas;
  await during();
  return scene.client.stanzas.slice(length).flatMap(({ tag, attrs }) => (tag === 'message' ? [attrs.id!] : []));
}

it('delivers a message twice', async () => {
  scene.whatsapp.fault('duplicate-delivery', { number: SHOP, times: 1 });

  const ids = await idsOf(async () => {
    await scene.ana.sendText(SHOP, 'twice');
    await scene.ana.sendText(SHOP, 'once');
    await scene.client.text('once');
  });

  expect(ids[0]).toBe(ids[1]);
  expect(ids).toHaveLength(3);
  // Baileys cannot decrypt the second, and reports that with an ack.
  expect(scene.client.messages.filter(({ message }) => message.message?.conversation === 'twice')).toHaveLength(1);
});

it('delivers the ciphertext of a message again under another id', async () => {
  scene.whatsapp.fault('used-message-key', { times: 1 });

  const ids = await idsOf(async () => {
    await scene.ana.sendText(SHOP, 'used');
    await scene.ana.sendText(SHOP, 'after the used one');
    await scene.client.text('after the used one');
  });

  expect(new Set(ids).size).toBe(3);
  expect(scene.client.messages.filter(({ message }) => message.key.id === ids[1])).toEqual([]);
});

it('delivers a message after the next one, or alone when none follows', async () => {
  scene.whatsapp.fault('reordered-delivery', { times: 2 });

  const ids = await idsOf(async () => {
    await Promise.all(['second', 'first', 'third'].map((text) => scene.ana.sendText(SHOP, text)));
    await scene.client.text('third');
  });

  const texts = ids.map((id) => scene.client.messages.find(({ message }) => message.key.id === id)?.message.message);
  expect(texts.map((message) => message?.conversation)).toEqual(['first', 'second', 'third']);
});

it('delivers a message again at the next login when its receipt was lost', async () => {
  scene.whatsapp.fault('lose-receipts', { number: SHOP });
  await scene.ana.sendText(SHOP, 'unconfirmed');
  await scene.client.text('unconfirmed');
  await scene.client.goAway();
  scene.whatsapp.clearFaults();
  await scene.whatsapp.until((server) => !server.devices()[0]!.online);

  const ids = await idsOf(() => scene.client.logIn());

  expect(ids).toHaveLength(1);
  expect(scene.whatsapp.stats().redelivered).toBe(1);
});

it.each(['a person', 'a group'])(
  'corrupts messages to %s, which are sent again, and later ones can be read',
  async (whom) => {
    const shop = scene.whatsapp.phone(SHOP);
    const chat = whom === 'a group' ? scene.whatsapp.group({ subject: 'Us', members: [scene.ana, shop] }) : shop;
    await scene.ana.sendText(chat, `before to ${chat.jid}`);
    await scene.client.text(`before to ${chat.jid}`);

    scene.whatsapp.fault('corrupt-message', { times: 2 });
    const ids = [
      await scene.ana.sendText(chat, `damaged 1 ${chat.jid}`),
      await scene.ana.sendText(chat, `damaged 2 ${chat.jid}`),
    ];
    await scene.ana.sendText(chat, `after to ${chat.jid}`);

    await scene.client.text(`damaged 1 ${chat.jid}`);
    await scene.client.text(`damaged 2 ${chat.jid}`);
    await scene.client.text(`after to ${chat.jid}`);
    expect(ids.map((id) => scene.ana.receiptsOf(id).retries)).toEqual([1, 1]);
  },
);

it.each(['a person', 'a group'])('corrupts the first message of a sender to %s', async (whom) => {
  const [luz, shop] = [
    scene.whatsapp.phone(whom === 'a group' ? '5491133445566' : '5491133445577'),
    scene.whatsapp.phone(SHOP),
  ];
  const chat = whom === 'a group' ? scene.whatsapp.group({ subject: 'Us', members: [luz, shop] }) : shop;
  scene.whatsapp.fault('corrupt-message', { times: 1 });

  const id = await luz.sendText(chat, `the first to ${whom}`);
  await luz.sendText(chat, `the second to ${whom}`);

  await scene.client.text(`the first to ${whom}`);
  await scene.client.text(`the second to ${whom}`);
  expect(luz.receiptsOf(id).retries).toBe(1);
});

it('cuts the connection after a number of messages, and delivers the rest at the next login', async () => {
  await scene.client.goAway();
  await scene.whatsapp.until((server) => !server.devices()[0]!.online);
  const texts = Array.from({ length: 300 }, (_, index) => `waiting ${index + 1}`);
  const sent = await Promise.all(texts.map((text) => scene.ana.sendText(SHOP, text)));
  scene.whatsapp.fault('cut-after-messages', { number: SHOP, count: 120 });
  const { length: connection } = scene.client.closings;

  const ids = await idsOf(async () => {
    scene.client.connect();
    expect(await scene.client.untilClosed(connection)).toMatchObject({ code: 428 });
  });
  await scene.whatsapp.until((server) => !server.devices()[0]!.online);
  expect(ids).toHaveLength(120);
  const rest = await idsOf(async () => {
    await scene.client.logIn();
    await scene.client.text('waiting 300');
  });

  // Not all of them become events: Baileys loses what it had decrypted but still buffered when the connection was cut.
  expect(new Set([...ids, ...rest])).toEqual(new Set(sent));
});

it.each([1, 5001, 5002])('cuts the connection after %d bytes, within a frame or not', async (bytes) => {
  await scene.client.goAway();
  await scene.whatsapp.until((server) => !server.devices()[0]!.online);
  const texts = Array.from({ length: 30 }, (_, index) => `of ${bytes}: ${index + 1}`);
  await Promise.all(texts.map((text) => scene.ana.sendText(SHOP, text)));
  scene.whatsapp.fault('cut-at-byte', { number: SHOP, bytes });
  const { length: connection } = scene.client.closings;

  scene.client.connect();
  await scene.client.untilClosed(connection);
  expect(scene.whatsapp.activeFaults()).toEqual([]);
  await scene.client.logIn();

  await scene.client.text(`of ${bytes}: 30`);
});
