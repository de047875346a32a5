import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

it('relays messages between two linked clients, with copies for all devices of both accounts', async () => {
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
