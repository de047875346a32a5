import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

it('hands out each one-time key only once', async () => {
  await using whatsapp = await startSimulator();
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const keys = (): number => client.tables.get('pre-key')!.size;
  const before = keys();

  await whatsapp.phone(ANA).sendText(SHOP, 'one');
  await whatsapp.phone('5491100000001').sendText(SHOP, 'two');
  await client.text('one');
  await client.text('two');

  expect(keys()).toBe(before - 2);
  expect(whatsapp.stats().retries).toBe(0);
});

it('starts a session with a device that has no one-time key', async () => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp).connect();
  await shop.scan(await client.qr());
  await client.untilClosed(0);

  await whatsapp.phone(ANA).sendText(SHOP, 'before the first login');
  await client.logIn();

  expect((await client.text('before the first login')).type).toBe('append');
});

it('asks a client for more keys when few are left', async () => {
  await using whatsapp = await startSimulator();
  await using client = new BaileysClient(whatsapp);
  const jid = await client.pairWith(whatsapp.phone(SHOP));
  const count = client.tables.get('pre-key')!.size;
  await using asker = new BaileysClient(whatsapp);
  await asker.pairWith(whatsapp.phone(ANA));

  const user = { tag: 'user', attrs: { jid } };
  const users = Array.from({ length: count - 4 }, () => user);
  const attrs = { to: '@s.whatsapp.net', type: 'get', xmlns: 'encrypt' };
  await asker.sock!.query({ tag: 'iq', attrs, content: [{ tag: 'key', attrs: {}, content: users }] });

  await client.stanza(({ tag, attrs: { type } }) => tag === 'notification' && type === 'encrypt');
  await client.until(() => client.tables.get('pre-key')!.size > count, 'new keys');
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('encrypts again for a client that has lost its session', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  await ana.sendText(SHOP, 'before');
  await client.text('before');
  client.tables.get('session')!.clear();

  const id = await ana.sendText(SHOP, 'lost at first');

  expect((await client.text('lost at first')).message.key.id).toBe(id);
  expect(ana.receiptsOf(id).retries).toBe(1);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('asks a client to encrypt a message again when a phone cannot decrypt it', async () => {
  await using whatsapp = await startSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  let corrupted = 0;
  whatsapp.use({
    name: 'corrupt the first message',
    onStanza(stanza) {
      if (stanza.tag === 'message' && corrupted++ === 0) corrupt(stanza);
      return false;
    },
  });

  const sent = await client.sock!.sendMessage(ana.jid, { text: 'corrupted at first' });

  expect(await ana.next()).toMatchObject({ id: sent!.key.id, text: 'corrupted at first' });
  // Ana's phone asks, and so does the shop's phone for its copy.
  await whatsapp.until((server) => server.stats().retries === 2);
});

it('finds numbers exactly or by an alias, and no others', async () => {
  await using whatsapp = await startSimulator();
  whatsapp.phone('5491112345678', 'Ana', ['541112345678']);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const canonical = { jid: '5491112345678@s.whatsapp.net', exists: true };

  expect(await client.sock!.onWhatsApp('5491112345678')).toEqual([canonical]);
  expect(await client.sock!.onWhatsApp('541112345678')).toEqual([canonical]);
  expect(await client.sock!.onWhatsApp('5491199999999')).toEqual([]);
});

/** A distance from the end that lies within the MAC: at most two small numbers follow it. */
const MAC_FROM_END = 10;

interface StanzaNode {
  tag: string;
  content?: StanzaNode[] | string | Uint8Array;
}

function corrupt({ tag, content }: StanzaNode): void {
  if (tag === 'enc' && content instanceof Uint8Array) content[content.length - MAC_FROM_END]! ^= 1;
  if (Array.isArray(content)) content.forEach(corrupt);
}
