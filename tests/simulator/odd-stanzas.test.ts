import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

type Listener = (data: unknown) => Promise<void>;

/** Collects the rejections of Baileys' listener. They would be unhandled and end this process. */
function collectRejections(client: BaileysClient): Error[] {
  const rejections: Error[] = [];
  const { ws } = client.sock!;
  const [listener] = ws.listeners('message') as [Listener];
  ws.removeAllListeners('message');
  ws.on('message', (data: unknown) => void listener(data).catch((error: unknown) => rejections.push(error as Error)));
  return rejections;
}

it('continues after stanzas and a frame that make Baileys throw', async () => {
  await using whatsapp = await startQuickSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const rejections = collectRejections(client);

  whatsapp.fault('odd-stanza', { number: SHOP });
  await ana.sendText(SHOP, 'after odd stanzas');
  await client.text('after odd stanzas');
  expect(rejections).toMatchObject([{ message: "Cannot read properties of undefined (reading 'tag')" }]);

  whatsapp.fault('bad-frame', { number: SHOP });
  await ana.sendText(SHOP, 'after a bad frame');
  await client.text('after a bad frame');
  expect(rejections[1]).toMatchObject({ message: 'Unsupported state or unable to authenticate data' });
  expect(client.isConnected).toBe(true);
});
