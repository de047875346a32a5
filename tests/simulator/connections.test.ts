import { fetchLatestWaWebVersion } from '@whiskeysockets/baileys';
import { BaileysClient } from '../harness/baileys-client.ts';
import { ANA, SHOP, linkedClientForAllTests } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests({ hasAllPreKeys: true });

async function goAway(): Promise<void> {
  await scene.client.goAway();
  await scene.whatsapp.until((server) => !server.devices()[0]!.online);
}

it.each([
  [{ condition: 'replaced' }, 440],
  [{ code: 401, condition: 'device_removed' }, 401],
  [{ condition: 'ack' }, 500],
  [{ code: 503 }, 503],
  [{ code: 515 }, 515],
  [{ code: 516 }, 516],
] as const)('closes a connection with the stream error %j, which Baileys reports as %d', async (options, code) => {
  const closed = scene.client.untilClosed();

  scene.whatsapp.fault('stream-error', options);

  expect(await closed).toMatchObject({ code });
});

it('notifies a client that the account is not multi-device', async () => {
  const closed = scene.client.untilClosed();

  scene.whatsapp.fault('downgrade', { number: SHOP });

  expect(await closed).toMatchObject({ code: 411 });
});

it.each([402, 409])('refuses a login with the reason %d', async (reason) => {
  await goAway();
  scene.whatsapp.fault('failure-at-login', { reason, code: 101, expire: 3600, times: 1 });
  const closed = scene.client.untilClosed();

  scene.client.connect();

  expect(await closed).toMatchObject({ code: reason });
  const failure = scene.client.stanzas.findLast(({ tag }) => tag === 'failure');
  expect(failure!.attrs).toMatchObject({ reason: String(reason), code: '101', expire: '3600' });
});

it('publishes its revision, and refuses older clients', async () => {
  scene.whatsapp.clientRevision += 1;
  const realFetch = globalThis.fetch;
  const here = scene.whatsapp.wsUrl.replace(/^ws(.*)\/ws\/chat$/, 'http$1');
  globalThis.fetch = (url, init) => realFetch((url as string).replace('https://web.whatsapp.com', here), init);
  const latest = await fetchLatestWaWebVersion().finally(() => (globalThis.fetch = realFetch));
  expect(latest).toEqual({ version: [2, 3000, scene.whatsapp.clientRevision], isLatest: true });
  expect((await fetch(`${here}/elsewhere`)).status).toBe(404);

  scene.whatsapp.fault('require-version');
  await using older = new BaileysClient(scene.whatsapp).connect();
  expect(await older.untilClosed(0)).toMatchObject({ code: 405 });
  await using current = new BaileysClient(scene.whatsapp, { version: latest.version }).connect();
  await current.qr();
});

it('delays the answer to every query', async () => {
  await goAway();
  scene.whatsapp.fault('slow-answers', { number: SHOP, ms: 50 });
  const start = performance.now();

  await scene.client.logIn();
  await scene.client.sock!.onWhatsApp(ANA);

  // Sequential queries: the count of keys, active, digest, the look-up of the number.
  expect(performance.now() - start).toBeGreaterThan(4 * 50 - 5);
});

it('leaves queries of one namespace unanswered, or answers them with an error', async () => {
  const ask = (limitMs?: number): Promise<unknown> =>
    scene.client.sock!.query({ tag: 'iq', attrs: { xmlns: 'usync', type: 'get' } }, limitMs);

  scene.whatsapp.fault('no-answer', { xmlns: 'usync', times: 1 });
  await expect(ask(100)).rejects.toMatchObject({ message: 'Timed Out' });
  scene.whatsapp.fault('error-answer', { xmlns: 'usync', code: 429, times: 1 });
  await scene.client.sock!.query({ tag: 'iq', attrs: { xmlns: 'other', type: 'get' } });
  await expect(ask()).rejects.toMatchObject({ data: 429 });
  await ask();
});

it('answers all queries of a login with errors, or not at all', async () => {
  await goAway();
  scene.whatsapp.fault('error-answer', { code: 500, number: SHOP });
  const { opened } = scene.client;
  scene.client.connect();
  await scene.client.until(() => scene.client.opened > opened, 'the login');
  // The client never became active, so nothing is delivered to it.
  await scene.ana.sendText(SHOP, 'for later');
  expect(scene.whatsapp.devices()).toMatchObject([{ online: true, waiting: 1 }]);
  await goAway();
  scene.whatsapp.clearFaults();

  scene.whatsapp.fault('no-answer');
  scene.client.connect();
  await scene.whatsapp.until((server) => server.devices()[0]!.online);
  await goAway();
  expect(scene.client.opened).toBe(opened + 1);
  scene.whatsapp.clearFaults();
  await scene.client.logIn();
  await scene.client.text('for later');
});

it('makes a client generate new one-time keys', async () => {
  const { size } = scene.client.tables.get('pre-key')!;

  scene.whatsapp.fault('low-pre-keys', { number: SHOP });

  await scene.client.until(() => scene.client.tables.get('pre-key')!.size > size, 'new keys');
  await scene.whatsapp.until((server) => server.devices()[0]!.waiting === 0);

  await goAway();
  const { size: before } = scene.client.tables.get('pre-key')!;
  scene.whatsapp.fault('low-pre-keys');
  await scene.client.logIn();
  expect(scene.client.tables.get('pre-key')!.size).toBeGreaterThan(before + 500);
});

it('omits the end of the offline phase', async () => {
  await goAway();
  await scene.ana.sendText(SHOP, 'before the end');
  scene.whatsapp.fault('no-offline-end', { times: 1 });
  const { caughtUp, opened } = scene.client;

  scene.client.connect();
  await scene.client.until(() => scene.client.opened > opened, 'the login');
  await scene.client.stanza(({ tag, attrs }) => tag === 'message' && attrs.offline === '0');
  await scene.whatsapp.until((server) => server.activeFaults().length === 0);

  expect(scene.client.caughtUp).toBe(caughtUp);
  await goAway();
});

it('keeps a dead connection open until the client reconnects', async () => {
  scene.whatsapp.fault('silent-line', { number: SHOP });
  await scene.ana.sendText(SHOP, 'into the silence');
  await expect(scene.client.sock!.query({ tag: 'iq', attrs: { xmlns: 'w:p', type: 'get' } }, 100)).rejects.toThrow(
    'Timed Out',
  );
  expect(scene.whatsapp.devices()).toMatchObject([{ online: true, waiting: 1 }]);

  const closed = scene.client.untilClosed();
  scene.whatsapp.fault('cut');
  await closed;
  await scene.client.logIn();
  await scene.client.text('into the silence');
});
