import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { Secret } from '../../src/kit/secret.ts';
import { signingKeys, webhookHeaders } from '../../src/webhooks/signature.ts';
import { ask } from '../harness/ask.ts';
import type { PageOptions } from '../harness/browser-page.ts';
import { startBrowser } from '../harness/browser.ts';
import { startTestBackend } from '../harness/test-backend.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openPage, signIn, violationsOf } from './open-page.ts';

const KEY = 'the-key-of-the-house';
const HEADERS = { authorization: `Bearer ${KEY}` };
const SHOP = '5491122334455';
const ANA = '5491155501234';
const OWN_SECRET = `whsec_${Buffer.from('a secret that the receiver has').toString('base64')}`;

describe('the dashboard, for those who administer', () => {
  let browser: Browser;
  let world: World;
  let sessionId: string;
  let key: string;

  beforeAll(async () => {
    const environment = { API_KEY: KEY, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment })]);
    const { body: qr } = await asking('GET', '/generate-qr');
    sessionId = qr.sessionId;
    await world.whatsapp.phone(SHOP, 'Café Sol').scan(qr.qrText as string);
    await world.backend.next('sessions/new-session-connected');
    const spec = { name: 'assistant', scopes: ['messages:send'], approval: true };
    key = (await asking('POST', '/keys', spec)).body.key;
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  const asking = (method: string, path: string, body?: object, headers = HEADERS) =>
    ask(`${world.orchestrator.url}${path}`, { method, body, headers });

  /** The dashboard, signed in. */
  async function open(options: PageOptions = {}) {
    const opened = await openPage(browser, world.orchestrator.url, options);
    await signIn(opened.page, KEY);
    return opened;
  }

  /** No axe rule is violated, and nothing is wider than the window. */
  const look = async (page: Page) => {
    expect(await violationsOf(page)).toEqual([]);
    const tooWide = await page.locator('html').evaluate((html: any) => html.scrollWidth - html.clientWidth);
    expect(tooWide).toBe(0);
  };

  it('lets a webhook go back, gives it a new secret that it shows once, or one that the receiver has', async () => {
    await using receiver = await startTestBackend();
    await asking('POST', '/webhooks', { url: receiver.url, name: 'shop' });
    const { page, troubles } = await open({ viewport: { width: 390, height: 844 } });
    const card = page.getByRole('region', { name: 'Further webhooks' });
    const dialog = page.locator('#webhook');
    const press = (words: string) => card.getByRole('button', { name: words, exact: true }).click();
    const isSignedWith = async (secret: string) => {
      await press('Send test event: shop');
      const { headers, text } = await receiver.next();
      const content = { webhookId: String(headers['webhook-id']), timestamp: Number(headers['webhook-timestamp']) };
      expect(headers).toMatchObject(webhookHeaders({ ...content, body: text }, signingKeys(new Secret(secret))));
    };
    await page.getByRole('link', { name: /^Deliveries/ }).click();

    await press('Edit: shop');
    await dialog.getByLabel('Signing secret').selectOption({ label: 'Make a new one and show it once' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('From now on it signs every request').waitFor();
    const renewed = await dialog.getByLabel('Secret', { exact: true }).inputValue();
    await page.keyboard.press('Escape');
    await isSignedWith(renewed);

    await press('Edit: shop');
    await dialog.getByLabel('Signing secret').selectOption({ label: 'Enter my own' });
    await dialog.getByLabel('Own secret').fill('too short');
    await look(page);
    await page.keyboard.press('Enter');
    await dialog.getByText('This is not a secret').waitFor();
    await dialog.getByLabel('Own secret').fill(OWN_SECRET);
    await page.keyboard.press('Enter');
    await page.getByText('The webhook was saved.').waitFor();
    await isSignedWith(OWN_SECRET);
    expect(await page.locator('#webhook-secret-own').inputValue()).toBe('');

    await press('Replay: shop');
    await page.getByRole('heading', { name: 'Replay to shop' }).waitFor();
    await look(page);
    await page.locator('#webhook-replay').getByRole('button', { name: 'Replay' }).click();
    await card.getByText(/^It went back \d+ events/).waitFor();
    await receiver.next(({ body }) => body.type === 'new-session-connected');

    await receiver.goesDown();
    await press('Replay: shop');
    await page.locator('#webhook-replay').getByRole('button', { name: 'Replay' }).click();
    const isFailing = async () => (await asking('GET', '/health')).body.webhooks?.[0].lastError !== null;
    await world.fastForwardUntil(untilTrue(isFailing));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, KEY);
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    await card.getByText('The receiver cannot be reached (ECONNREFUSED).').waitFor();
    await press('Pause: shop');
    await card.getByText('Somebody paused it.').waitFor();
    expect(troubles).toEqual([]);
  });

  it('shows what a key wants to send, sends it once a person approves it, and tells the webhooks that name it', async () => {
    await using receiver = await startTestBackend();
    const { body: hook } = await asking('POST', '/webhooks', { url: receiver.url, events: ['draft'] });
    const ana = world.whatsapp.phone(ANA, 'Ana Torres');
    for (const message of ['Shall we deliver tomorrow?', 'Send me your password.']) {
      const headers = { authorization: `Bearer ${key}` };
      await asking('POST', `/sessions/${sessionId}/send-message`, { number: ANA, message }, headers);
    }
    const { page, troubles } = await open();

    await page.getByRole('heading', { name: 'Waiting for your approval' }).waitFor();
    await page.getByRole('link', { name: 'Accounts (2 messages wait for approval)' }).waitFor();
    await page
      .getByText(/^From \+54 9 11 2233 4455 · key assistant ·/)
      .first()
      .waitFor();
    await page.getByText('Shall we deliver tomorrow?', { exact: true }).waitFor();
    const draft = (words: string) => page.locator('#drafts li').filter({ hasText: words });
    await look(page);
    await draft('password').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('The message was discarded.').waitFor();
    await draft('password').waitFor({ state: 'detached' });
    await draft('deliver').getByRole('button', { name: 'Approve and send' }).click();

    await page.getByText('The message was sent.').waitFor();
    expect(await ana.next()).toMatchObject({ from: SHOP, text: 'Shall we deliver tomorrow?' });
    await page.locator('#drafts-card').waitFor({ state: 'hidden' });
    const steps = [await receiver.next(), await receiver.next(), await receiver.next(), await receiver.next()];
    expect(steps.map(({ body: { type, seq, data } }) => [type, seq, data.state, data.content?.text])).toEqual([
      ['draft', null, 'waiting', 'Shall we deliver tomorrow?'],
      ['draft', null, 'waiting', 'Send me your password.'],
      ['draft', null, 'discarded', undefined],
      ['draft', null, 'sent', undefined],
    ]);
    expect(steps[0]!.body).toMatchObject({ session_id: sessionId, data: { session_id: sessionId, to: ANA } });
    await asking('DELETE', `/webhooks/${hook.data.webhookId}`);
    expect(troubles).toEqual([]);
  });

  it('keeps messages of an account from now on, and forgets a person only after confirmation', async () => {
    const { page, troubles } = await open({ viewport: { width: 390, height: 844 } });
    await page.locator('#accounts').getByRole('link', { name: '+54 9 11 2233 4455' }).click();
    await page.getByText('This account keeps no messages. HISTORY_DAYS on the server says so.').waitFor();
    await page.getByText('Change it, or forget a person').click();

    await page.getByLabel('Days: empty').fill('a few');
    await page.keyboard.press('Enter');
    await page.getByText('Enter a whole number of days').waitFor();
    await page.getByLabel('Days: empty').fill('30');
    await page.keyboard.press('Enter');
    await page.getByText('This account keeps its messages for 30 days. That is its own setting.').waitFor();
    await look(page);
    await world.whatsapp.phone(ANA, 'Ana Torres').sendText(world.whatsapp.phone(SHOP), 'Forget me');
    await world.backend.next(({ body }) => body.message_content === 'Forget me');
    // Without DASHBOARD_MESSAGES there is no way to what is kept.
    const refused = page.waitForResponse((response) => response.url().endsWith('/messages?limit=1'));
    const chats = `#/accounts/${sessionId}/chats/${ANA}`;
    await page.evaluate((hash) => ((globalThis as any).location.hash = hash), chats);
    await page.reload();
    await signIn(page, KEY);
    expect((await refused).status()).toBe(403);
    await page.getByText('It has 1 message.').waitFor();
    for (const hidden of ['#chat', '#chats-card']) expect(await page.locator(hidden).isVisible()).toBe(false);
    await page.getByText('Change it, or forget a person').click();
    const forget = page.getByRole('button', { name: 'Forget this person' });
    await page.getByLabel('Number of a person').fill('+54 9 11 5550 1234');
    await forget.click();
    await page.getByRole('heading', { name: 'Forget +54 9 11 5550 1234?' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#confirm:not([open])').waitFor({ state: 'attached' });
    await forget.click();
    await page.getByRole('button', { name: 'Yes, forget them' }).click();
    await page.getByText(/^Forgotten: 1 kept message, /).waitFor();
    await page.getByText('It has 0 messages.').waitFor();
    expect((await asking('GET', `/sessions/${sessionId}/history`)).body).toMatchObject({ days: 30, messages: 0 });
    expect(troubles).toEqual([]);
  });

  it('shows who did what: filtered, page by page, as a file, and whether the log holds', async () => {
    const { page, troubles } = await open({ viewport: { width: 390, height: 844 }, locale: 'es-AR' });
    for (let at = 0; at < 60; at += 1)
      await asking('PATCH', `/sessions/${sessionId}`, { metadata: { at: String(at) } });
    const rows = page.locator('#audit > li');
    await page.getByRole('link', { name: 'Auditoría' }).click();
    await page.locator('#audit-title:focus').waitFor();
    expect(new URL(page.url()).hash).toBe('#/audit');
    await page.getByText(/^Intacta: nada cambió en \d+ entradas/).waitFor();
    await rows.nth(49).waitFor();
    await page.getByRole('button', { name: 'Ver más' }).click();
    await rows.nth(60).waitFor();
    await look(page);

    await page.getByLabel('Acción').fill('nothing at all');
    await page.keyboard.press('Enter');
    await page.getByText('Una acción es un método').waitFor();
    await page.getByLabel('Acción').fill('POST /sessions/:sessionId/send-message');
    await page.locator('#audit-account').selectOption({ label: '+54 9 11 2233 4455' });
    await page.locator('#audit-since').fill('2020-01-01T00:00');
    await page.keyboard.press('Enter');
    await page.locator('#audit > li:nth-child(2):last-child').waitFor();
    expect(await rows.allTextContents()).toEqual(Array(2).fill(expect.stringContaining('assistant')));
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Descargar como líneas JSON' }).click(),
    ]);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).route)).toEqual(Array(2).fill('/sessions/:sessionId/send-message'));
    await page.locator('#audit-until').fill('2020-01-02T00:00');
    await page.keyboard.press('Enter');
    await page.getByText('Ninguna entrada coincide.').waitFor();

    await page.route('**/audit/verify', (route) =>
      route.fulfill({ json: { chains: [{ node: 'b', first: 1, last: 9, hash: '', brokenAt: 4 }] } }),
    );
    await page.getByRole('button', { name: 'Comprobar de nuevo' }).click();
    await page.getByText('No está intacta: la entrada 4 del nodo b se cambió').waitFor();
    await page.getByRole('button', { name: 'Salir' }).click();
    await signIn(page, key);
    await page.getByRole('link', { name: 'Auditoría' }).click();
    await page.getByText('le falta el permiso admin').waitFor();
    expect([await rows.count(), await page.locator('#audit-filter').isVisible()]).toEqual([0, false]);
    expect(troubles).toEqual([]);
  });
});
