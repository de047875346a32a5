import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

type Listener = (data: unknown) => Promise<void>;

/** Keeps what Baileys' listener rejects with, which nobody catches: it would end this process. */
function keepRejections(client: BaileysClient): Error[] {
  const rejections: Error[] = [];
  const { ws } = client.sock!;
  const [listener] = ws.listeners('message') as [Listener];
  ws.removeAllListeners('message');
  ws.on('message', (data: unknown) => void listener(data).catch((error: unknown) => rejections.push(error as Error)));
  return rejections;
}

it('sends stanzas and a frame that Baileys throws at, and goes on', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const rejections = keepRejections(client);

  whatsapp.fault('odd-stanza', { number: SHOP });
  await ana.sendText(SHOP, 'after odd stanzas');
  await client.text('after odd stanzas');
  expect(rejections).toMatchObject([{ message: "Cannot read properties of undefined (reading 'tag')" }]);

  whatsapp.fault('bad-frame', { number: SHOP });
  await ana.sendText(SHOP, 'after a bad frame');
  await client.text('after a bad frame');
  expect(rejections[1]).toMatchObject({ message: 'Unsupported state or unable to authenticate data' });
  expect(client.isThere).toBe(true);
});
