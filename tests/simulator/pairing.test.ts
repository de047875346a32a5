import { randomBytes } from 'node:crypto';

import type { BinaryNode } from '@whiskeysockets/baileys';

import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const SHOP = '5491166778899';

it('links a stock client: the phone signs, and the client restarts and logs in as the linked device', async () => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP, 'Shop');
  await using client = new BaileysClient(whatsapp);

  client.connect();
  const { deviceJid } = await shop.scan(await client.qr());
  expect(await client.untilClosed(0)).toMatchObject({ code: 515 });
  await client.logIn();

  expect(deviceJid).toBe(`${SHOP}:1@s.whatsapp.net`);
  expect(client.creds.me).toMatchObject({ id: deviceJid, lid: shop.lid.replace('@', ':1@') });
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
  expect(whatsapp.devices()).toEqual([
    { jid: deviceJid, name: 'Mac OS', number: SHOP, online: true, waiting: 0, unanswered: undefined },
  ]);
  expect(whatsapp.stats()).toMatchObject({ pairings: 1, logins: 1, errors: [] });
});

it.each([
  ['wrong-hmac', 'Invalid account signature'],
  ['wrong-account-signature', 'Failed to verify account signature'],
  ['foreign-account-signature', 'Failed to verify account signature'],
] as const)('makes a client refuse the pairing with %s', async (fault, message) => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp).connect();
  whatsapp.fault(fault, { number: SHOP });

  await expect(shop.scan(await client.qr())).rejects.toMatchObject({ status: 410, reason: 'refused' });

  expect(await client.untilClosed(0)).toEqual({ code: 500, message });
  expect(whatsapp.devices()).toEqual([]);
});

it('refuses scans after a refresh, which a stock client never confirms', async () => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp).connect();
  const qr = await client.qr();
  await whatsapp.until((server) => server.stats().pairing === 1);

  expect(whatsapp.refreshPairing()).toBe(1);
  await client.stanza(({ attrs }) => attrs.type === 'companion_reg_refresh');

  await expect(shop.scan(qr)).rejects.toMatchObject({ status: 410, reason: 'refresh_pending' });
});

it('accepts a scan after a refresh once the client shows a new secret and confirms it', async () => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP);
  whatsapp.fault('refresh-on-pairing');
  await using client = new BaileysClient(whatsapp).connect();
  const qr = await client.qr();

  const { attrs } = await client.stanza((stanza) => stanza.attrs.type === 'companion_reg_refresh');
  const secret = randomBytes(32).toString('base64');
  const renewed = qr.replace(client.creds.advSecretKey, secret);
  client.creds.advSecretKey = secret;
  await expect(shop.scan(renewed)).rejects.toMatchObject({ reason: 'refresh_pending' });
  await client.sock!.sendNode(ackOf(attrs));
  await client.sock!.query({ tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' } });
  const { deviceJid } = await shop.scan(renewed);
  await client.untilClosed(0);
  await client.logIn();

  expect(whatsapp.devices()).toMatchObject([{ jid: deviceJid, online: true }]);
});

it('names the reason of a failed scan: not a QR, unknown, used, or of a disconnected client', async () => {
  await using whatsapp = await startSimulator();
  const shop = whatsapp.phone(SHOP);
  await using client = new BaileysClient(whatsapp).connect();
  await using other = new BaileysClient(whatsapp).connect();
  const qr = await client.qr();
  const abandoned = await other.qr();

  await expect(shop.scan('hello')).rejects.toMatchObject({ status: 404, reason: 'not_a_qr' });
  await expect(shop.scan(qr.replace('#2@', '#3@'))).rejects.toMatchObject({ status: 404, reason: 'unknown_ref' });
  await other.goAway();
  await whatsapp.until((server) => server.stats().open === 1);
  await expect(shop.scan(abandoned)).rejects.toMatchObject({ status: 410, reason: 'gone' });
  await shop.scan(qr);
  await expect(shop.scan(qr)).rejects.toMatchObject({ status: 410, reason: 'used' });
});

it('expires each QR in turn until the client has none left', async () => {
  await using whatsapp = await startSimulator({ qr: { refs: 2, firstMs: 300, nextMs: 300 } });
  await using client = new BaileysClient(whatsapp, { qrTimeout: 300 }).connect();
  const first = await client.qr();

  await client.qr(1);
  expect(await client.untilClosed(0)).toEqual({ code: 408, message: 'QR refs attempts ended' });
  await whatsapp.until((server) => server.stats().open === 0);

  await expect(whatsapp.phone(SHOP).scan(first)).rejects.toMatchObject({ status: 410, reason: 'gone' });
});

function ackOf({ id = '', type = '', from = '' }: BinaryNode['attrs']): BinaryNode {
  return { tag: 'ack', attrs: { id, class: 'notification', type, to: from } };
}
