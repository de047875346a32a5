import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

import { WebSocket } from 'ws';

import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

it('refuses logins, or leaves them unanswered, the given number of times', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  await client.goAway();

  whatsapp.fault('failure-at-login', { reason: 503, number: SHOP, times: 1 });
  client.connect();
  expect(await client.untilClosed(2)).toMatchObject({ code: 503 });

  whatsapp.fault('no-success', { times: 1 });
  client.connect();
  await whatsapp.until((server) => server.activeFaults().length === 0);
  expect(whatsapp.devices()).toMatchObject([{ online: false }]);
  await client.goAway();

  await client.logIn();
  expect(whatsapp.devices()).toMatchObject([{ online: true }]);
});

it('refuses a message with an error, or does not acknowledge it', async () => {
  await using whatsapp = await startQuickSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));

  whatsapp.fault('message-error', { code: 479, number: SHOP, times: 1 });
  const refused = await client.sock!.sendMessage(ana.jid, { text: 'refused' });
  const ack = await client.stanza(({ attrs }) => attrs.id === refused!.key.id);
  expect(ack.attrs).toMatchObject({ class: 'message', error: '479' });

  whatsapp.fault('no-message-ack', { times: 1 });
  const silent = await client.sock!.sendMessage(ana.jid, { text: 'arrives' });
  expect(await ana.next()).toMatchObject({ text: 'arrives' });
  await client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.id === silent!.key.id);
  expect(client.stanzas.some(({ tag, attrs }) => tag === 'ack' && attrs.id === silent!.key.id)).toBe(false);
});

it('cuts connections, closes them with an error, and splits frames', async () => {
  await using whatsapp = await startQuickSimulator();
  const ana = whatsapp.phone(ANA);
  await using client = new BaileysClient(whatsapp);
  whatsapp.fault('split-frames', { bytes: 7 });
  await client.pairWith(whatsapp.phone(SHOP));
  await ana.sendText(SHOP, 'in chunks');
  await client.text('in chunks');

  whatsapp.fault('cut', { number: ANA });
  whatsapp.fault('stream-error', { code: 503, number: SHOP });
  expect(await client.untilClosed(1)).toMatchObject({ code: 503 });
  await client.logIn();
  whatsapp.fault('cut');
  expect(await client.untilClosed(2)).toMatchObject({ code: 428 });
});

it('answers a WebSocket upgrade with an HTTP error, once', async () => {
  await using whatsapp = await startQuickSimulator();
  whatsapp.fault('refuse-upgrade', { code: 429, times: 1 });

  const refused = new WebSocket(whatsapp.wsUrl);
  const [, response] = (await once(refused, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(429);

  const accepted = new WebSocket(whatsapp.wsUrl);
  await once(accepted, 'open');
});

it('leaves a handshake unanswered', async () => {
  await using whatsapp = await startQuickSimulator();
  whatsapp.fault('silent-handshake', { times: 1 });
  await using client = new BaileysClient(whatsapp).connect();

  expect(await client.untilClosed(0)).toMatchObject({ code: 408 });
  await client.connect().qr();
});
