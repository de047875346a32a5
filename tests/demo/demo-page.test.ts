import { type Browser, type Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { DemoProcess } from './demo-process.ts';

/** The page in a browser, and everything about it that nobody wants to see. */
async function openPage(browser: Browser, url: string): Promise<{ page: Page; troubles: string[] }> {
  const page = await browser.newPage({ locale: 'en-US' });
  const troubles: string[] = [];
  page.on('console', (message) => {
    // A violation of the policy is an error here too.
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') troubles.push(request.url());
  });
  page.on('requestfailed', (request) => troubles.push(`${request.url()} failed`));
  await page.goto(url);
  return { page, troubles };
}

async function startDemo(): Promise<{ demo: DemoProcess; url: string }> {
  const demo = new DemoProcess(['--port', '0']);
  return { demo, url: await demo.prints(/http:\/\/127\.0\.0\.1:\d+/) };
}

describe('the page of the demo, in a real Chromium', () => {
  let browser: Browser;
  let demo: DemoProcess;
  let url: string;

  beforeAll(async () => {
    [browser, { demo, url }] = await Promise.all([startBrowser(), startDemo()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await demo[Symbol.asyncDispose]();
  });

  it('shows a QR, links the account, and carries messages both ways', async () => {
    const { page, troubles } = await openPage(browser, url);

    const qr = page.getByRole('img', { name: 'QR that links an account' });
    await qr.waitFor();
    expect(await qr.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(
      99,
    );
    await page.getByRole('button', { name: 'Scan' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();

    await page.getByLabel('Message to the shop').fill('Do you have whole beans?');
    await page.getByLabel('Message to the shop').press('Enter');
    const callbacks = page.getByRole('log', { name: 'Callbacks it has received' });
    await callbacks.getByText('Ana Torres: “Do you have whole beans?”').waitFor();

    await page.getByLabel('Send with POST').fill('Roasted this morning.');
    await page.getByLabel('Send with POST').press('Enter');
    await page.getByRole('list', { name: 'Chat' }).getByText('Roasted this morning.').waitFor();
    await callbacks.getByText('delivered → ').waitFor();

    await callbacks.getByText('is connected').click();
    expect(await callbacks.locator('pre').first().textContent()).toContain('"phone_number": "5491155501234"');
    expect(troubles).toEqual([]);
  });

  it('shows a message that was written while the orchestrator was dead, once it is back', async () => {
    const { page, troubles } = await openPage(browser, url);

    await page.getByRole('button', { name: 'Kill the orchestrator' }).click();
    await page.getByText('The orchestrator is down', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Ana Torres' }).click();
    await page.getByLabel('Message to the shop').fill('Are you still there?');
    await page.getByRole('tabpanel', { name: 'Ana Torres' }).getByRole('button', { name: 'Send' }).click();
    await page.getByRole('button', { name: 'Start the orchestrator' }).click();

    const callbacks = page.getByRole('log', { name: 'Callbacks it has received' });
    const arrived = callbacks.getByText('Ana Torres: “Are you still there?”');
    await arrived.getByText('while it was down').waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('offers a new QR once the session is deleted', async () => {
    const { page, troubles } = await openPage(browser, url);

    await page.getByRole('button', { name: 'Delete the session' }).click();
    await page.getByRole('button', { name: 'New QR' }).click();
    await page.getByRole('img', { name: 'QR that links an account' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('speaks Spanish where the browser does', async () => {
    const page = await browser.newPage({ locale: 'es-AR' });
    await page.goto(url);
    await page.getByRole('heading', { name: 'Vincula una cuenta' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
  });

  it('keeps everything within a small phone', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(url);
    await page.getByRole('img', { name: 'QR' }).waitFor();
    const width = await page
      .locator('html')
      .evaluate((html) => (html as unknown as { scrollWidth: number }).scrollWidth);
    expect(width).toBe(390);
  });
});
