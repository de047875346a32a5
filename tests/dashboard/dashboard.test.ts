import { type Browser, type Page } from 'playwright-core';
import { type Phone } from '../../simulator/phones/phone.ts';
import { ask } from '../harness/ask.ts';
import { startBrowser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { startWorld, type World } from '../harness/world.ts';
import { faultsOf, openPage, readQr, signIn } from './open-page.ts';
import { makeDeadLetter, REFUSED_TEXT } from './stage.ts';

const KEY = 'the-key-of-the-house';
const SHOP = '5491122334455';
const DEPOT = '34612345678';
const ANA = '5491155501234';

describe('the dashboard, in a real Chromium', () => {
  let browser: Browser;
  let world: World;
  let shop: Phone;
  let depot: Phone;
  let ana: Phone;

  beforeAll(async () => {
    const settings = { API_KEY: KEY, DASHBOARD_MESSAGES: 'true', BACKEND_RETRIES: '1', PORT: String(await freePort()) };
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment: settings })]);
    shop = world.whatsapp.phone(SHOP, 'Café Sol');
    depot = world.whatsapp.phone(DEPOT, 'Almacén');
    ana = world.whatsapp.phone(ANA, 'Ana Torres');
  }, 60_000);
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  /** The dashboard of somebody who has signed in. */
  async function open(options = {}, key = KEY) {
    const opened = await openPage(browser, world.orchestrator.url, options);
    await signIn(opened.page, key);
    return opened;
  }

  const account = (page: Page, number: string) => page.locator('#accounts').getByRole('link', { name: number });

  it('asks for a key, refuses a wrong one, and keeps the right one in memory alone', async () => {
    const { page, troubles, asked } = await openPage(browser, world.orchestrator.url);

    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Write the API key first.').waitFor();
    await page.getByLabel('API key').fill('another-key');
    await page.getByLabel('API key').press('Enter');
    await page.getByText('This key opens nothing.').waitFor();
    await signIn(page, KEY);
    await page.getByRole('heading', { name: 'No account yet' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);

    const kept = await page.evaluate(() => {
      const { localStorage, sessionStorage, document } = globalThis as any;
      return [{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.outerHTML.includes('the-key')];
    });
    expect(kept).toEqual([{}, {}, '', false]);
    expect(asked.filter((url) => url.includes('key'))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await page.getByLabel('API key').waitFor();
    expect(await page.getByLabel('API key').inputValue()).toBe('');
    expect(troubles).toEqual([]);
  });

  it('connects an account: the phone scans the QR that is shown, renewed or not, and the page says so at once', async () => {
    const { page, troubles } = await open();

    await page.getByRole('button', { name: 'Connect an account' }).click();
    const picture = page.getByRole('img', { name: 'QR code that links an account' });
    await picture.waitFor();
    await page.getByText(/^Valid for .* It renews by itself\.$/).waitFor();
    const first = await readQr(picture);
    const source = await picture.getAttribute('src');
    world.whatsapp.refreshPairing();
    await page.locator(`#qr:not([src="${source!}"])`).waitFor();
    const second = await readQr(picture);
    expect(second).not.toBe(first);
    await shop.scan(second);

    await page.getByText('Connected: +54 911 2233 4455').waitFor();
    await page.getByRole('button', { name: 'See the account' }).click();
    await page.getByRole('heading', { name: '+54 911 2233 4455' }).waitFor();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await page.locator('#timeline').getByText('The phone was linked').waitFor();
    expect(troubles).toEqual([]);
  });

  it('connects an account by a code that is typed, and by the keyboard alone', async () => {
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
    await tabTo('With a code');
    await page.keyboard.press('Enter');
    await page.keyboard.type('+34 612 345 678');
    await page.keyboard.press('Enter');
    const code = page.locator('#code', { hasText: '-' });
    await code.waitFor();
    await depot.enterPairingCode((await code.textContent())!);
    await page.getByText('Connected: +34 612 345 678').waitFor();
    await focused('See the account');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: '+34 612 345 678' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('takes back a QR that nobody scanned, when the dialog is closed', async () => {
    const { page, troubles } = await open();
    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByRole('img', { name: 'QR code that links an account' }).waitFor();
    await account(page, 'New account').waitFor({ state: 'attached' });

    await page.keyboard.press('Escape');

    await account(page, 'New account').waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
  });

  it('shows a message that arrives, and sends one', async () => {
    const { page, troubles } = await open();
    await account(page, '+54 911 2233 4455').click();
    await page.getByText('None yet. Write to this number').waitFor();

    await ana.sendText(shop, 'Do you have whole beans?');
    const messages = page.locator('#messages');
    await messages.getByText('Do you have whole beans?').waitFor();
    await messages.getByText('From Ana Torres, +54 911 5550 1234').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Write the number first').waitFor();
    await page.getByLabel('To number').fill('+54 9 11 0000 0000');
    await page.getByLabel('Message', { exact: true }).fill('Roasted this morning.');
    await page.getByLabel('Message', { exact: true }).press('Enter');
    await page.getByText('This number has no WhatsApp.').waitFor();
    await page.getByLabel('To number').fill('+54 9 11 5550 1234');
    await page.getByLabel('Message', { exact: true }).press('Enter');

    await page.getByText('Sent to +54 911 5550 1234.').waitFor();
    expect(await ana.next()).toMatchObject({ from: SHOP, text: 'Roasted this morning.' });
    await messages.getByText('Roasted this morning.').waitFor();
    expect(troubles).toEqual([]);
  });

  it('says when the backend is down and what waits, and when it is back', async () => {
    const { page, troubles } = await open();

    await world.backend.goesDown();
    await ana.sendText(shop, 'Anybody there?');
    await world.whileTimeFlies(page.getByText('Your backend is down. Nothing is lost').waitFor());
    await page.getByRole('link', { name: 'See deliveries' }).click();
    await page.locator('#pending').getByText('Your backend cannot be reached').waitFor();
    await page.locator('#tile-backend', { hasText: 'Down' }).waitFor();
    await world.backend.comesUp();

    await world.whileTimeFlies(page.getByText('Your backend is down.').waitFor({ state: 'detached' }));
    await page.getByText('None: your backend has everything.').waitFor();
    expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: expect.any(String) });
    expect(troubles).toEqual([]);
  });

  it('shows a dead letter with its reason, and has it tried again', async () => {
    const { page, troubles } = await open();
    await makeDeadLetter(world, shop, depot);

    await page.getByRole('link', { name: 'Deliveries' }).click();
    const dead = page.locator('#dead');
    await dead.getByText('Only this delivery fails: your backend answered 500.').waitFor();
    await dead.getByRole('button', { name: 'Try again: Message received, +54 911 2233 4455' }).click();

    const again = await world.backend.next(({ body }) => body.message_content === REFUSED_TEXT);
    expect(again.status).toBe(200);
    await page.getByText('None. What your backend refuses again and again').waitFor();
    await page.locator('#tile-dead', { hasText: '0' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('has what happened in a time delivered again', async () => {
    const { page, troubles } = await open();
    await page.getByRole('link', { name: 'Deliveries' }).click();

    await page.getByLabel('Account', { exact: true }).selectOption({ label: '+54 911 2233 4455' });
    await page.getByLabel('Until').fill('2020-01-01T00:00');
    await page.getByRole('button', { name: 'Deliver again' }).click();
    await page.getByText('“Until” must not be before “From”.').waitFor();
    await page.getByLabel('Until').fill('2999-01-01T00:00');
    await page.getByRole('button', { name: 'Deliver again' }).click();

    await page.getByText(/are delivered again\.$/).waitFor();
    const isTheSame = ({ body }: { body: any }) => body.message_content === REFUSED_TEXT;
    await world.backend.next(isTheSame);
    expect(troubles).toEqual([]);
  });

  it('says what a smaller key may not do', async () => {
    const headers = { authorization: `Bearer ${KEY}` };
    const keyFor = async (scope: string) => {
      const wish = { method: 'POST', body: { scopes: [scope] }, headers };
      return (await ask(`${world.orchestrator.url}/keys`, wish)).body.key as string;
    };
    const reader = await open({}, await keyFor('sessions:read'));
    const { page } = reader;

    await account(page, '+54 911 2233 4455').click();
    await page.getByLabel('To number').fill(ANA);
    await page.getByLabel('Message', { exact: true }).fill('not for me to send');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('it lacks the permission messages:send').waitFor();
    await page.getByRole('button', { name: 'Restart' }).click();
    await page.getByText('it lacks the permission sessions:create').waitFor();
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.locator('#dead-note', { hasText: 'it lacks the permission callbacks:manage' }).waitFor();

    const sender = await open({}, await keyFor('messages:send'));
    await sender.page.getByRole('heading', { name: 'This key may not see accounts' }).waitFor();
    expect([...reader.troubles, ...sender.troubles]).toEqual([]);
  });

  it('ends when its key is revoked, and asks for another', async () => {
    const headers = { authorization: `Bearer ${KEY}` };
    const url = `${world.orchestrator.url}/keys`;
    const { body } = await ask(url, { method: 'POST', body: { scopes: ['sessions:read'] }, headers });
    const { page } = await open({}, body.key as string);
    await account(page, '+54 911 2233 4455').click();
    await page.getByLabel('Message', { exact: true }).fill('what the next one must not find');

    await ask(`${url}/${body.data.keyId}`, { method: 'DELETE', headers });
    await ana.sendText(shop, 'what a revoked key must not show');

    await page.getByText('The key is not valid any more.').waitFor();
    expect(await page.locator('body').textContent()).not.toContain('revoked key');
    expect(await page.locator('#send-text').inputValue()).toBe('');
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('has nothing that axe finds fault with: %s, %s px wide', async (colorScheme, width) => {
    const { page } = await open({ colorScheme, viewport: { width, height: 844 } });
    const faults: string[] = [];
    const look = async () => {
      faults.push(...(await faultsOf(page)));
      expect(await page.locator('html').evaluate((html) => (html as any).scrollWidth)).toBe(width);
    };

    await account(page, '+54 911 2233 4455').click();
    await page.locator('#timeline li').first().waitFor();
    await look();
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await look();
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByRole('img', { name: 'QR code that links an account' }).waitFor();
    await look();
    await page.getByRole('button', { name: 'With a code' }).click();
    await look();
    expect(faults).toEqual([]);
  });

  it('speaks Spanish where the browser does, also of what the server says', async () => {
    const { page, troubles } = await open({ locale: 'es-AR' });
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
    await depot.unlink();

    const row = account(page, '+34 612 345 678');
    await row.getByText('Desconectada').waitFor();
    await row.getByText('El dispositivo se desvinculó en el teléfono.').waitFor();
    await row.click();
    await page.getByText('Pulsa «Conectar de nuevo»').waitFor();
    expect(troubles).toEqual([]);
  });

  it('says when the orchestrator does not answer, and goes on when it is back', async () => {
    const { page, troubles } = await open();

    await world.stopOrchestrator();
    await page.getByText('The orchestrator does not answer.').waitFor();
    await world.startOrchestrator();

    await page.locator('#live[data-line="live"]').waitFor();
    await page.getByText('The orchestrator does not answer.').waitFor({ state: 'detached' });
    await account(page, '+54 911 2233 4455').getByText('Connected').waitFor();
    expect(troubles).toEqual([]);
  });

  it('deletes an account when somebody is sure, and only then', async () => {
    const { page, troubles } = await open();
    await account(page, '+54 911 2233 4455').click();

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Delete +54 911 2233 4455?' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#confirm:not([open])').waitFor({ state: 'attached' });
    await page.getByRole('heading', { name: '+54 911 2233 4455' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Yes, delete' }).click();

    await page.getByText('+54 911 2233 4455 was deleted.').waitFor();
    await account(page, '+54 911 2233 4455').waitFor({ state: 'detached' });
    await expect(
      world.backend.next(({ body }) => body.status === 'disconnected' && body.session_id),
    ).resolves.toBeDefined();
    expect(troubles).toEqual([]);
  });
});
