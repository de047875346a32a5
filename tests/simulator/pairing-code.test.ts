import type { BinaryNode } from '@whiskeysockets/baileys';

import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const SHOP = '5491166778899';

/** Has the client show a code for the number; resolves when WhatsApp has answered. */
async function showCode(client: BaileysClient, number = SHOP): Promise<string> {
  client.connect();
  await client.qr();
  const code = await client.sock!.requestPairingCode(number);
  await client.stanza(({ tag, attrs: { type } }) => tag === 'iq' && (type === 'result' || type === 'error'));
  return code;
}

it('links a stock client by the code that it shows', async () => {
  await using whatsapp = await startQuickSimulator();
  const shop = whatsapp.phone(SHOP, 'Shop');
  const ana = whatsapp.phone('5491122334455', 'Ana');
  await using client = new BaileysClient(whatsapp);
  const code = await showCode(client);

  const { deviceJid } = await shop.enterPairingCode(`${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase());
  expect(await client.untilClosed(0)).toMatchObject({ code: 515 });
  await client.logIn();
  await ana.sendText(SHOP, 'hola');

  expect((await client.text('hola')).type).toBe('notify');
  expect(client.creds.me).toMatchObject({ id: deviceJid, lid: shop.lid.replace('@', ':1@') });
  expect(whatsapp.stats()).toMatchObject({ pairings: 1, logins: 1, errors: [] });
});

it('refuses a wrong code, and still accepts the right one afterwards', async () => {
  await using whatsapp = await startQuickSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp);
  const code = await showCode(client);

  await expect(shop.enterPairingCode('ABCD-EFGH')).rejects.toMatchObject({ status: 410, reason: 'wrong_code' });
  expect(whatsapp.devices()).toEqual([]);

  await shop.enterPairingCode(code);
  expect(whatsapp.devices()).toHaveLength(1);
});

it('accepts a code only on the phone of its number, and forgets it when the client disconnects', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp);
  const code = await showCode(client);
  const shop = whatsapp.phone(SHOP);

  const other = whatsapp.phone('5491122334455');
  await expect(other.enterPairingCode(code)).rejects.toMatchObject({ status: 404, reason: 'nobody_waits' });
  await client.goAway();
  await whatsapp.until((server) => server.stats().open === 0);
  await expect(shop.enterPairingCode(code)).rejects.toMatchObject({ status: 404, reason: 'nobody_waits' });
});

it('refuses a client with an error that Baileys does not report', async () => {
  await using whatsapp = await startQuickSimulator();
  whatsapp.fault('refuse-pairing-code', { code: 429 });
  await using client = new BaileysClient(whatsapp);
  const code = await showCode(client);

  expect(code).toHaveLength(8);
  const refusal = await client.stanza(({ attrs }) => attrs.type === 'error');
  expect(refusal.content).toMatchObject([{ tag: 'error', attrs: { code: '429' } }]);
  await expect(whatsapp.phone(SHOP).enterPairingCode(code)).rejects.toMatchObject({ reason: 'nobody_waits' });
});

it('refuses a client whose name contains no real operating system', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp, { browser: ['Acme', 'Chrome', '1'] }).connect();
  await client.qr();

  await client.sock!.requestPairingCode(SHOP);

  const refusal = await client.stanza(({ attrs }) => attrs.type === 'error');
  expect(refusal.content).toMatchObject([{ attrs: { code: '400', text: 'bad-request' } }]);
});

it('fails on demand: another code is requested, a key is missing, the phone falls silent', async () => {
  await using whatsapp = await startQuickSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp);
  const code = await showCode(client);

  whatsapp.fault('refresh-pairing-code', { times: 1 });
  await expect(shop.enterPairingCode(code)).rejects.toMatchObject({ reason: 'new_code_needed' });
  await client.stanza((stanza) => tagsIn(stanza, 'refresh_code').join() === 'link_code_pairing_ref');
  whatsapp.fault('silent-after-code', { number: SHOP, times: 1 });
  await expect(shop.enterPairingCode(code)).rejects.toMatchObject({ reason: 'no_answer' });
  whatsapp.fault('incomplete-primary-hello', { times: 1 });
  const typed = shop.enterPairingCode(code);
  await client.stanza((stanza) => {
    return tagsIn(stanza, 'primary_hello').join() === 'primary_identity_pub,link_code_pairing_ref';
  });
  void client.goAway();

  await expect(typed).rejects.toMatchObject({ reason: 'refused' });
  expect(whatsapp.devices()).toEqual([]);
});

it('takes a code over HTTP', async () => {
  await using whatsapp = await startQuickSimulator({ controlPort: 0 });
  whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp);
  const code = await showCode(client);
  const type = async (text: string) => {
    const body = JSON.stringify({ code: text });
    const answer = await fetch(`${whatsapp.controlUrl}/phones/${SHOP}/pairing-code`, { method: 'POST', body });
    return { status: answer.status, body: await answer.json() };
  };

  expect(await type('12345678')).toMatchObject({ status: 410, body: { reason: 'wrong_code' } });
  expect(await type(code)).toEqual({ status: 200, body: { deviceJid: `${SHOP}:1@s.whatsapp.net` } });
});

/** The tags within a pairing-code stanza of this stage. */
function tagsIn({ content }: BinaryNode, stage: string): string[] {
  const [child] = Array.isArray(content) ? content : [];
  if (child?.tag !== 'link_code_companion_reg' || child.attrs.stage !== stage) return [];
  return Array.isArray(child.content) ? child.content.map(({ tag }) => tag) : [];
}
