import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const SHOP = '5491166778899';
const PEOPLE = 50;
const MESSAGES = 500;

it('delivers five hundred waiting messages of fifty people in order', async () => {
  await using whatsapp = await startSimulator();
  const people = Array.from({ length: PEOPLE }, (_, index) => whatsapp.phone(`54911${String(index).padStart(8, '0')}`));
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);

  const sending = Array.from({ length: MESSAGES }, (_, index) =>
    people[index % PEOPLE]!.sendText(SHOP, String(index), { id: `ID${index}` }),
  );
  await Promise.all(sending);
  // Besides them, everybody's token.
  expect(whatsapp.devices()).toMatchObject([{ waiting: MESSAGES + PEOPLE }]);
  await client.logIn();
  await client.until(() => client.messages.length === MESSAGES, 'all messages');
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);

  const stanzas = client.stanzas.filter(({ tag }) => tag === 'message');
  const received = client.messages.map(({ message }) => message.key.id);
  expect(received).toEqual(stanzas.map(({ attrs }) => attrs.id));
  expect(new Set(received)).toEqual(new Set(await Promise.all(sending)));
  expect(whatsapp.stats()).toMatchObject({ retries: 0, errors: [] });
});
