import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

it('queues messages while a device is away, and delivers them in order at the next login', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  await client.goAway();
  await whatsapp.until((server) => server.devices()[0]?.online === false);

  await ana.sendText(SHOP, 'one');
  await ana.sendText(SHOP, 'two');
  // Both messages, and Ana's token after the first one.
  expect(whatsapp.devices()).toMatchObject([{ online: false, waiting: 3 }]);
  await client.logIn();
  await client.text('two');

  expect(client.messages.map(({ message, type }) => [message.message?.conversation, type])).toEqual([
    ['one', 'append'],
    ['two', 'append'],
  ]);
  const stanzas = client.stanzas.filter(({ tag }) => tag === 'message');
  expect(stanzas.map(({ attrs }) => attrs.offline)).toEqual(['0', '2']);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('delivers unconfirmed messages again, before new ones', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  whatsapp.fault('lose-receipts');
  const id = await ana.sendText(SHOP, 'unconfirmed');
  await client.text('unconfirmed');
  await client.goAway();
  whatsapp.clearFaults();
  await whatsapp.until((server) => server.devices()[0]?.online === false);
  await ana.sendText(SHOP, 'new');

  await client.logIn();
  await client.text('new');

  const stanzas = client.stanzas.filter(({ tag }) => tag === 'message').slice(-2);
  expect(stanzas[0]!.attrs).toMatchObject({ id, offline: '0' });
  expect(whatsapp.stats().redelivered).toBe(1);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('keeps the newer of two connections of a device', async () => {
  await using whatsapp = await startQuickSimulator();
  await using older = new BaileysClient(whatsapp);
  await older.pairWith(whatsapp.phone(SHOP));
  await using newer = new BaileysClient(whatsapp);
  Object.assign(newer.creds, older.creds);

  await newer.logIn();

  expect(await older.untilClosed(1)).toMatchObject({ code: 440 });
  expect(whatsapp.devices()).toMatchObject([{ online: true }]);
});

it('notifies a connected client that its phone has unlinked it', async () => {
  await using whatsapp = await startQuickSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(shop);

  await shop.unlink();

  expect(await client.untilClosed(1)).toMatchObject({ code: 401, message: 'Stream Errored (conflict)' });
  expect(whatsapp.devices()).toEqual([]);
});

it('refuses a client that was unlinked while away, and gives its successor a new device id', async () => {
  await using whatsapp = await startQuickSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp);
  const deviceJid = await client.pairWith(shop);
  await client.goAway();
  await shop.unlink(deviceJid);

  client.connect();
  expect(await client.untilClosed(2)).toEqual({ code: 401, message: 'Connection Failure' });

  await using successor = new BaileysClient(whatsapp);
  expect(await successor.pairWith(shop)).toBe(`${SHOP}:2@s.whatsapp.net`);
});

it('forgets a device that logs out', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));

  await client.sock!.logout();

  await whatsapp.until((server) => server.devices().length === 0);
  expect(await client.untilClosed(1)).toMatchObject({ code: 401, message: 'Intentional Logout' });
});
