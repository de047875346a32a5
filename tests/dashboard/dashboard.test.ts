import type { Browser, Page } from 'playwright-core';
import type { PasskeyOptions } from '../../simulator/pairing/passkey-authenticator.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import { ask } from '../harness/ask.ts';
import { startBrowser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { startWorld, type World } from '../harness/world.ts';
import { readAndAnswer } from './conversation.ts';
import { followFirstSteps, GREETING } from './follow-first-steps.ts';
import { violationsOf, openPage, readQr, signIn } from './open-page.ts';
import { makeDeadLetter, REFUSED_TEXT } from './stage.ts';

const KEY = 'the-key-of-the-house';
const [SHOP, DEPOT, ANA] = ['5491122334455', '34612345678', '5491155501234'] as const;
const headers = { authorization: `Bearer ${KEY}` };
const VIEWS = { light: 1280, dark: 390 } as const;

describe('the dashboard, in a real Chromium', () => {
  let browser: Browser;
  let world: World;
  let shop: Phone, depot: Phone, ana: Phone;

  beforeAll(async () => {
    const settings = { API_KEY: KEY, DASHBOARD_MESSAGES: 'true', BACKEND_RETRIES: '1', PORT: String(await freePort()) };
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment: settings })]);
    shop = world.whatsapp.phone(SHOP, 'Café Sol');
    depot = world.whatsapp.phone(DEPOT, 'Almacén');
    ana = world.whatsapp.phone(ANA, 'Ana Torres');
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  /** The dashboard, signed in. */
  async function open(options = {}, key = KEY) {
    const opened = await openPage(browser, world.orchestrator.url, options);
    await signIn(opened.page, key);
    return opened;
  }

  const account = (page: Page, number: string) => page.locator('#accounts').getByRole('link', { name: number });

  it('asks for a key, refuses a wrong one, and keeps the right one only in memory', async () => {
    const { page, troubles, asked } = await openPage(browser, world.orchestrator.url);

    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Enter your API key.').waitFor();
    await page.getByLabel('API key').fill('another-key');
    await page.getByLabel('API key').press('Enter');
    await page.getByText('Invalid API key.').waitFor();
    await signIn(page, KEY);
    await page.getByRole('heading', { name: 'No accounts yet' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    const kept = await page.evaluate(() => {
      const { localStorage, sessionStorage, document } = globalThis as any;
      return [{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.outerHTML.includes('the-key')];
    });
    expect(kept).toEqual([{}, {}, '', false]);
    expect(asked.filter((url) => /the-key|another-key/.test(url))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await page.getByLabel('API key').waitFor();
    expect(await page.getByLabel('API key').inputValue()).toBe('');
    expect(troubles).toEqual([]);
  });

  it('connects an account: the phone scans the renewed QR, and the page shows it at once', async () => {
    const { page, troubles } = await open();

    await page.getByRole('button', { name: 'Connect an account' }).click();
    const picture = page.getByRole('img', { name: 'QR code to link an account' });
    await picture.waitFor();
    await page.getByText(/^Valid for .* Renews automatically\.$/).waitFor();
    const first = await readQr(picture);
    const source = await picture.getAttribute('src');
    world.whatsapp.refreshPairing();
    await page.locator(`#qr:not([src="${source!}"])`).waitFor();
    const second = await readQr(picture);
    expect(second).not.toBe(first);
    await shop.scan(second);

    await page.getByText('Connected: +54 9 11 2233 4455').waitFor();
    await page.getByRole('button', { name: 'View account' }).click();
    await page.getByRole('heading', { name: '+54 9 11 2233 4455' }).waitFor();
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    await page.locator('#timeline').getByText('Phone linked').waitFor();
    await page.locator('#risk-level', { hasText: 'Low' }).waitFor();
    await page.getByText('Nothing that accounts are usually banned for.').waitFor();
    expect(troubles).toEqual([]);
  });

  it('connects an account with a pairing code, using only the keyboard', async () => {
    const { page, troubles } = await open();
    const focused = (name: string) => page.locator(':focus', { hasText: name }).waitFor();
    const tabTo = async (name: string) => {
      const isThere = () =>
        page.evaluate((wanted) => (globalThis as any).document.activeElement.textContent.trim() === wanted, name);
      while (!(await isThere())) await page.keyboard.press('Tab');
    };

    await tabTo('Connect an account');
    await page.keyboard.press('Enter');
    await page.locator('#connect[open]').waitFor();
    await tabTo('Pairing code');
    await page.keyboard.press('Enter');
    await page.keyboard.type('+34 612 345 678');
    await page.keyboard.press('Enter');
    const code = page.locator('#code', { hasText: '-' });
    await code.waitFor();
    await depot.enterPairingCode((await code.textContent())!);
    await page.getByText('Connected: +34 612 34 56 78').waitFor();
    await focused('View account');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: '+34 612 34 56 78' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('deletes the session of an unused QR when the dialog is closed', async () => {
    const { page, troubles } = await open();
    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByRole('img', { name: 'QR code to link an account' }).waitFor();
    await account(page, 'New account').waitFor({ state: 'attached' });

    await page.keyboard.press('Escape');

    await account(page, 'New account').waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
  });

  it('shows an incoming message, and sends one', async () => {
    const { page, troubles } = await open();
    await account(page, '+54 9 11 2233 4455').click();
    await page.getByText('No messages yet. Send one to this number').waitFor();

    await ana.sendText(shop, 'Do you have whole beans?');
    const messages = page.locator('#messages');
    await messages.getByText('Do you have whole beans?').waitFor();
    await messages.getByText('From Ana Torres, +54 9 11 5550 1234').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Enter a phone number').waitFor();
    await page.getByLabel('Recipient’s number').fill('+54 9 11 0000 0000');
    await page.getByLabel('Message', { exact: true }).fill('Roasted this morning.');
    await page.getByLabel('Message', { exact: true }).press('Enter');
    await page.getByText('This number is not on WhatsApp.').waitFor();
    await page.getByLabel('Recipient’s number').fill('+54 9 11 5550 1234');
    await page.getByLabel('Message', { exact: true }).press('Enter');

    await page.getByText('Sent to +54 9 11 5550 1234.').waitFor();
    expect(await ana.next()).toMatchObject({ from: SHOP, text: 'Roasted this morning.' });
    await messages.getByText('Roasted this morning.').waitFor();
    expect(troubles).toEqual([]);
  });

  it('shows kept conversations, and answers', () => readAndAnswer({ world, shop, key: KEY, open }));

  it('shows that the backend is down and what is pending, until it is back', async () => {
    const { page, troubles } = await open();

    await world.backend.goesDown();
    await ana.sendText(shop, 'Anybody there?');
    await world.fastForwardUntil(page.getByText('Your backend is down. Nothing is lost').waitFor());
    expect(await page.locator('#banner').textContent()).not.toContain('callback');
    await page.getByRole('link', { name: 'View deliveries' }).click();
    await page.locator('#pending').getByText('Your backend cannot be reached').waitFor();
    await page.locator('#tile-backend', { hasText: 'Down' }).waitFor();
    await world.backend.comesUp();

    await world.fastForwardUntil(page.getByText('Your backend is down.').waitFor({ state: 'detached' }));
    await page.getByText('None. Your backend has received everything.').waitFor();
    expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: expect.any(String) });
    expect(troubles).toEqual([]);
  });

  it('shows a dead letter with its reason, and retries it', async () => {
    const { page, troubles } = await open();
    await makeDeadLetter(world, shop, depot);

    await page.locator('#banner').getByText('1 delivery failed.').waitFor();
    expect(await page.locator('#banner').textContent()).not.toContain('callback');
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    const dead = page.locator('#dead');
    await dead.getByText('Only this delivery fails: your backend answered 500.').waitFor();
    await dead.getByRole('button', { name: 'Retry: Message received, +54 9 11 2233 4455' }).click();

    const again = await world.backend.next(({ body }) => body.message_content === REFUSED_TEXT);
    expect(again.status).toBe(200);
    await page.getByText('None. Deliveries that your backend keeps rejecting').waitFor();
    await page.locator('#tile-dead', { hasText: '0' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('replays the events of a time range', async () => {
    const { page, troubles } = await open();
    await page.getByRole('link', { name: /^Deliveries/ }).click();

    const form = page.locator('#replay');
    await form.getByLabel('Account').selectOption({ label: '+54 9 11 2233 4455' });
    await form.getByLabel('Until').fill('2020-01-01T00:00');
    await form.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('“Until” must not be before “From”.').waitFor();
    await form.getByLabel('Until').fill('2999-01-01T00:00');
    await form.getByRole('button', { name: 'Replay' }).click();

    await page.getByText(/events are delivered again\.$/).waitFor();
    const isTheSame = ({ body }: { body: any }) => body.message_content === REFUSED_TEXT;
    await world.backend.next(isTheSame);
    expect(troubles).toEqual([]);
  });

  it('names the scope that a limited key lacks', async () => {
    const keyFor = async (scope: string) => {
      const wish = { method: 'POST', body: { scopes: [scope] }, headers };
      return (await ask(`${world.orchestrator.url}/keys`, wish)).body.key as string;
    };
    const reader = await open({}, await keyFor('sessions:read'));
    const { page } = reader;

    await account(page, '+54 9 11 2233 4455').click();
    await page.getByLabel('Recipient’s number').fill(ANA);
    await page.getByLabel('Message', { exact: true }).fill('not for me to send');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('it lacks the messages:send scope').waitFor();
    await page.getByRole('button', { name: 'Restart' }).click();
    await page.getByText('it lacks the sessions:create scope').waitFor();
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    await page.locator('#dead-note', { hasText: 'it lacks the callbacks:manage scope' }).waitFor();

    const sender = await open({}, await keyFor('messages:send'));
    await sender.page.getByRole('heading', { name: 'This key cannot see accounts' }).waitFor();
    expect([...reader.troubles, ...sender.troubles]).toEqual([]);
  });

  it('signs out when its key is revoked, and asks for another', async () => {
    const url = `${world.orchestrator.url}/keys`;
    const { body } = await ask(url, { method: 'POST', body: { scopes: ['sessions:read'] }, headers });
    const { page } = await open({}, body.key as string);
    await account(page, '+54 9 11 2233 4455').click();
    await page.getByLabel('Message', { exact: true }).fill('what the next one must not find');

    await ask(`${url}/${body.data.keyId}`, { method: 'DELETE', headers });
    await ana.sendText(shop, 'what a revoked key must not show');

    await page.getByText('This API key is no longer valid.').waitFor();
    expect(await page.locator('body').textContent()).not.toContain('revoked key');
    expect(await page.locator('#send-text').inputValue()).toBe('');
  });

  it('violates no axe rule: light and 1280 px wide, dark and 390 px wide', async () => {
    const { page } = await open();
    const violations: string[] = [];
    const look = async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const width = VIEWS[colorScheme];
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 844 });
        violations.push(...(await violationsOf(page)));
        expect(await page.locator('html').evaluate((html) => (html as any).scrollWidth)).toBe(width);
      }
    };

    await account(page, '+54 9 11 2233 4455').click();
    await page.locator('#timeline li').first().waitFor();
    await look();
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    await look();
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByRole('img', { name: 'QR code to link an account' }).waitFor();
    await look();
    await page.getByRole('button', { name: 'Pairing code' }).click();
    await look();
    expect(violations).toEqual([]);
  }, 60_000);

  it('is in Spanish where the browser is, including sentences of the server, with the words of docs/first-steps.md', async () => {
    const { page, troubles } = await openPage(browser, world.orchestrator.url, { locale: 'es-AR' });
    expect(await page.locator('html').getAttribute('lang')).toBe('es');

    await followFirstSteps(page, KEY, { unlinked: depot, shown: '+34 612 34 56 78', writtenTo: ANA });

    expect(await ana.next()).toMatchObject({ from: DEPOT, text: GREETING });
    expect(troubles).toEqual([]);
  });

  it('shows that the orchestrator is unreachable, and recovers when it is back', async () => {
    const { page, troubles } = await open();

    await world.stopOrchestrator();
    await page.getByText('Cannot reach the orchestrator.').waitFor();
    await world.startOrchestrator();

    await page.locator('#live[data-connection="live"]').waitFor();
    await page.getByText('Cannot reach the orchestrator.').waitFor({ state: 'detached' });
    await account(page, '+54 9 11 2233 4455').getByText('Connected').waitFor();
    expect(troubles).toEqual([]);
  });

  it('deletes an account only after confirmation', async () => {
    const { page, troubles } = await open();
    await account(page, '+54 9 11 2233 4455').click();

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Delete +54 9 11 2233 4455?' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#confirm:not([open])').waitFor({ state: 'attached' });
    await page.getByRole('heading', { name: '+54 9 11 2233 4455' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Yes, delete' }).click();

    await page.getByText('+54 9 11 2233 4455 was deleted.').waitFor();
    await account(page, '+54 9 11 2233 4455').waitFor({ state: 'detached' });
    await expect(
      world.backend.next(({ body }) => body.status === 'disconnected' && body.session_id),
    ).resolves.toBeDefined();
    expect(troubles).toEqual([]);
  });

  it('leads through a passkey: the script, its result, and the code on the phone', async () => {
    const { page, troubles } = await open();
    const { passkey } = ana;
    passkey.isWanted = true;
    await page.getByRole('button', { name: 'Connect an account' }).click();
    const picture = page.getByRole('img', { name: 'QR code to link an account' });
    await picture.waitFor();
    const scanned = ana.scan(await readQr(picture));
    const script = page.getByLabel('Script', { exact: true });
    await script.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const [, options] = /parseRequestOptionsFromJSON\((.*)\) }\)\)\)$/.exec(await script.inputValue())!;
    const result = page.getByLabel('Result of the script');
    await result.fill('no');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This is not the result of the script').waitFor();
    await result.fill(JSON.stringify(passkey.assert(JSON.parse(options!) as PasskeyOptions)));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('#code', { hasText: await passkey.untilCode() }).waitFor();
    passkey.confirm();
    await page.getByRole('button', { name: 'The same code is on the phone' }).click();

    await scanned;
    await page.getByText('Connected: +54 9 11 5550 1234').waitFor();
    expect(troubles).toEqual([]);
  });
});
