import { fetchLatestWaWebVersion } from '@whiskeysockets/baileys';

import { type Phone } from '../../simulator/phones/phone.ts';
import { type Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

let whatsapp: Simulator;
let client: BaileysClient;
let ana: Phone;

beforeAll(async () => {
  whatsapp = await startSimulator();
  ana = whatsapp.phone(ANA);
  client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
});

afterEach(async () => {
  whatsapp.clearFaults();
  if (!client.isThere) await client.logIn();
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

async function goAway(): Promise<void> {
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
}

it.each([
  [{ condition: 'replaced' }, 440],
  [{ code: 401, condition: 'device_removed' }, 401],
  [{ condition: 'ack' }, 500],
  [{ code: 503 }, 503],
  [{ code: 515 }, 515],
  [{ code: 516 }, 516],
] as const)('ends a line with the stream error %j, which is %d to Baileys', async (options, code) => {
  const closed = client.untilClosed();

  whatsapp.fault('stream-error', options);

  expect(await closed).toMatchObject({ code });
});

it('tells a client that the account is not multi-device', async () => {
  const closed = client.untilClosed();

  whatsapp.fault('downgrade', { number: SHOP });

  expect(await closed).toMatchObject({ code: 411 });
});

it.each([402, 409])('refuses a login for the reason %d', async (reason) => {
  await goAway();
  whatsapp.fault('failure-at-login', { reason, code: 101, expire: 3600, times: 1 });
  const closed = client.untilClosed();

  client.connect();

  expect(await closed).toMatchObject({ code: reason });
  const failure = client.stanzas.findLast(({ tag }) => tag === 'failure');
  expect(failure!.attrs).toMatchObject({ reason: String(reason), code: '101', expire: '3600' });
});

it('publishes its revision, and refuses older clients', async () => {
  whatsapp.clientRevision += 1;
  const realFetch = globalThis.fetch;
  const here = whatsapp.wsUrl.replace(/^ws(.*)\/ws\/chat$/, 'http$1');
  globalThis.fetch = (url, init) => realFetch((url as string).replace('https://web.whatsapp.com', here), init);
  const latest = await fetchLatestWaWebVersion().finally(() => (globalThis.fetch = realFetch));
  expect(latest).toEqual({ version: [2, 3000, whatsapp.clientRevision], isLatest: true });
  expect((await fetch(`${here}/elsewhere`)).status).toBe(404);

  whatsapp.fault('require-version');
  await using older = new BaileysClient(whatsapp).connect();
  expect(await older.untilClosed(0)).toMatchObject({ code: 405 });
  await using current = new BaileysClient(whatsapp, { version: latest.version }).connect();
  await current.qr();
});

it('answers every query late', async () => {
  await goAway();
  whatsapp.fault('slow-answers', { number: SHOP, ms: 50 });
  const start = performance.now();

  await client.logIn();
  await client.sock!.onWhatsApp(ANA);

  // One after the other: how many keys are left, active, digest, who has this number.
  expect(performance.now() - start).toBeGreaterThan(4 * 50 - 5);
});

it('leaves a query of one kind unanswered, and answers it with an error', async () => {
  const ask = (): Promise<unknown> => client.sock!.query({ tag: 'iq', attrs: { xmlns: 'usync', type: 'get' } }, 100);

  whatsapp.fault('no-answer', { xmlns: 'usync', times: 1 });
  await expect(ask()).rejects.toMatchObject({ message: 'Timed Out' });
  whatsapp.fault('error-answer', { xmlns: 'usync', code: 429, times: 1 });
  await client.sock!.query({ tag: 'iq', attrs: { xmlns: 'other', type: 'get' } });
  await expect(ask()).rejects.toMatchObject({ data: 429 });
  await ask();
});

it('answers all queries of a login with errors, or none', async () => {
  await goAway();
  whatsapp.fault('error-answer', { code: 500, number: SHOP });
  const { opened } = client;
  client.connect();
  await client.until(() => client.opened > opened, 'the login');
  // The client was never active, so nothing is brought to it.
  await ana.sendText(SHOP, 'for later');
  expect(whatsapp.devices()).toMatchObject([{ online: true, waiting: 1 }]);
  await goAway();
  whatsapp.clearFaults();

  whatsapp.fault('no-answer');
  client.connect();
  await whatsapp.until((server) => server.devices()[0]!.online);
  await goAway();
  expect(client.opened).toBe(opened + 1);
  whatsapp.clearFaults();
  await client.logIn();
  await client.text('for later');
});

it('has a client make new one-time keys', async () => {
  const { size } = client.tables.get('pre-key')!;

  whatsapp.fault('low-pre-keys', { number: SHOP });

  await client.until(() => client.tables.get('pre-key')!.size > size, 'new keys');
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);

  await goAway();
  const { size: before } = client.tables.get('pre-key')!;
  whatsapp.fault('low-pre-keys');
  await client.logIn();
  expect(client.tables.get('pre-key')!.size).toBeGreaterThan(before + 500);
});

it('leaves the offline phase without its end', async () => {
  await goAway();
  await ana.sendText(SHOP, 'before the end');
  whatsapp.fault('no-offline-end', { times: 1 });
  const { caughtUp, opened } = client;

  client.connect();
  await client.until(() => client.opened > opened, 'the login');
  await client.stanza(({ tag, attrs }) => tag === 'message' && attrs.offline === '0');
  await whatsapp.until((server) => server.activeFaults().length === 0);

  expect(client.caughtUp).toBe(caughtUp);
  await goAway();
});

it('keeps a dead line open, until the client comes back over a new one', async () => {
  whatsapp.fault('silent-line', { number: SHOP });
  await ana.sendText(SHOP, 'into the silence');
  await expect(client.sock!.query({ tag: 'iq', attrs: { xmlns: 'w:p', type: 'get' } }, 100)).rejects.toThrow(
    'Timed Out',
  );
  expect(whatsapp.devices()).toMatchObject([{ online: true, waiting: 1 }]);

  const closed = client.untilClosed();
  whatsapp.fault('cut');
  await closed;
  await client.logIn();
  await client.text('into the silence');
});
