import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

it('links a stock Baileys client, which logs in and exchanges messages with a phone', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone('5491122334455', 'Ana');
  const shop = whatsapp.phone('5491166778899', 'Shop');
  await using client = new BaileysClient(whatsapp);

  const jid = await client.pairWith(shop);
  expect(jid).toBe('5491166778899:1@s.whatsapp.net');

  await ana.sendText(shop.number, 'hola');
  const { message, type } = await client.text('hola');
  expect(message.pushName).toBe('Ana');
  expect(type).toBe('notify');

  const sent = await client.sock!.sendMessage(ana.jid, { text: 'buenas' });
  expect(await ana.next()).toMatchObject({ id: sent!.key.id, from: shop.number, text: 'buenas' });
  expect(whatsapp.stats().errors).toEqual([]);
});
