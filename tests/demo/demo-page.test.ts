import { chmod, readdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { empty, emptyPage } from '../harness/browser-page.ts';
import { startBrowser } from '../harness/browser.ts';
import { testFolder } from '../harness/test-folder.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld } from '../harness/world.ts';
import { seedPage } from '../contracts/seed/seed-code.ts';
import { readQr, violationsOf } from '../dashboard/open-page.ts';
import { DemoProcess, EXAMPLE } from './demo-process.ts';
import { openSnippet, readmePage } from './snippet-page.ts';

/**
 * Opens the page, or goes on with the one that the last test has left open, and collects errors, warnings, failed requests and requests
 * to other hosts.
 */
async function openPage(
  browser: Browser,
  url: string,
  { isNew = false } = {},
): Promise<{ page: Page; problems: string[] }> {
  const page = await emptyPage(browser, {}, () => Promise.resolve());
  if (isNew) await empty(page);
  const problems: string[] = [];
  page.on('console', (message) => {
    // Violations of the Content-Security-Policy are reported as errors too.
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') problems.push(request.url());
  });
  page.on('requestfailed', (request) => problems.push(`${request.url()} failed`));
  if (!page.url().startsWith(url)) await page.goto(url);
  return { page, problems };
}

/** The width of each picture in pixels, once it is decoded; rejects when one cannot be. */
function widths(pictures: Locator): Promise<number[]> {
  return pictures.evaluateAll((all) => {
    const images = all as unknown as { decode(): Promise<void>; naturalWidth: number }[];
    return Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth)));
  });
}

/** The duration of each audio element in seconds, rounded to a tenth, once its metadata is loaded. */
function seconds(players: Locator): Promise<number[]> {
  return players.evaluateAll((all) => {
    const duration = async (player: { duration: number } & EventTarget): Promise<number> => {
      while (Number.isNaN(player.duration)) {
        await new Promise((resolve) => player.addEventListener('durationchange', resolve, { once: true }));
      }
      return Math.round(player.duration * 10) / 10;
    };
    return Promise.all(all.map((player) => duration(player as never)));
  });
}

async function startDemo(): Promise<{ demo: DemoProcess; url: string }> {
  const demo = new DemoProcess(['--port', '0']);
  return { demo, url: await demo.prints(/http:\/\/127\.0\.0\.1:\d+/) };
}

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());

describe('the demo page, in a real Chromium', () => {
  let demo: DemoProcess;
  let url: string;

  beforeAll(async () => {
    ({ demo, url } = await startDemo());
  }, 60_000);
  afterAll(() => demo[Symbol.asyncDispose]());

  it('shows a QR, links the account, and carries messages both ways', async () => {
    const { page, problems } = await openPage(browser, url);

    const qr = page.getByRole('img', { name: 'QR that links an account' });
    await qr.waitFor();
    expect(await qr.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(
      99,
    );
    await page.getByRole('button', { name: 'Scan' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();

    await page.getByLabel('Message to the shop').fill('Do you have whole beans?');
    await page.getByLabel('Message to the shop').press('Enter');
    const callbacks = page.getByRole('log', { name: 'Webhooks received' });
    await callbacks.getByText('Ana Torres: “Do you have whole beans?”').waitFor();

    await page.getByLabel('Send with POST').fill('Roasted this morning.');
    await page.getByLabel('Send with POST').press('Enter');
    await page.getByRole('list', { name: 'Chat' }).getByText('Roasted this morning.').waitFor();
    await callbacks.getByText('delivered → ').waitFor();

    await callbacks.getByText('is connected').click();
    expect(await callbacks.locator('pre').first().textContent()).toContain('"phone_number": "5491155501234"');
    expect(problems).toEqual([]);
  });

  it('carries pictures and voice notes both ways, and opens them on both sides', async () => {
    const { page, problems } = await openPage(browser, url);
    const callbacks = page.getByRole('log', { name: 'Webhooks received' });
    const chat = page.getByRole('list', { name: 'Chat' });
    const attach = page.getByRole('group', { name: 'Send something else' });
    const other = page.getByRole('group', { name: 'Or with POST /sessions/:id/messages' });
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Ana Torres' }).click();

    await page.getByLabel('Message to the shop').fill('This one?');
    await attach.getByRole('button', { name: 'Picture' }).click();
    await callbacks.getByText('Ana Torres: Picture “This one?”').waitFor();
    await attach.getByRole('button', { name: 'Voice note' }).press('Enter');
    await callbacks.getByText('Ana Torres: Voice note').waitFor();
    await page.getByLabel('Send with POST').fill('This one, in half-kilo bags');
    await other.getByRole('button', { name: 'Picture' }).click();
    await other.getByRole('button', { name: 'Voice note' }).click();

    await chat.getByText('This one, in half-kilo bags').waitFor();
    await chat.getByLabel('Voice note: Café Sol').waitFor();
    expect(await widths(chat.getByRole('img'))).toEqual([480, 480]);
    expect(await seconds(chat.getByLabel('Voice note'))).toEqual([2.5, 2.8]);
    expect(await widths(callbacks.getByRole('img'))).toEqual([480]);
    expect(await seconds(callbacks.getByLabel('Voice note: Ana Torres'))).toEqual([2.5]);
    expect(problems).toEqual([]);
  });

  it('opens the file of a webhook in its own tab, and reports a voice note of the backend as played', async () => {
    const { page, problems } = await openPage(browser, url, { isNew: true });
    const callbacks = page.getByRole('log', { name: 'Webhooks received' });
    await page.getByRole('tab', { name: 'Ana Torres' }).click();

    const link = callbacks.getByRole('link', { name: 'Picture: Ana Torres' });
    const [opened] = await Promise.all([page.waitForEvent('popup'), link.click()]);
    expect(await widths(opened.getByRole('img'))).toEqual([480]);
    await page
      .getByLabel('Voice note: Café Sol')
      .evaluate((player) => (player as unknown as { play(): Promise<void> }).play());
    await callbacks.getByText('played → ').waitFor();
    expect(problems).toEqual([]);
  });

  it('sends a poll, lets the customer vote, and shows the result', async () => {
    const { page, problems } = await openPage(browser, url);
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Ana Torres' }).click();

    await page.getByRole('button', { name: 'Poll' }).click();
    const options = page.getByRole('group', { name: 'How would you like it?' });
    await options.getByRole('button', { name: 'Ground' }).click();

    const callbacks = page.getByRole('log', { name: 'Webhooks received' });
    await callbacks.getByText('Whole beans: 0 · Ground: 1 · Surprise me: 0').waitFor();
    await options.getByRole('button', { name: 'Ground', pressed: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('sends buttons, lets the customer press one, and shows the answer', async () => {
    const { page, problems } = await openPage(browser, url);
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Ana Torres' }).click();

    await page.getByRole('button', { name: 'Buttons' }).click();
    const buttons = page.getByRole('group', { name: 'Shall we set it aside for you?' });
    await buttons.getByRole('button', { name: 'Yes, please' }).click();

    await page.getByRole('log', { name: 'Webhooks received' }).getByText('Yes, please').waitFor();
    await buttons.getByRole('button', { name: 'Yes, please', pressed: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('rejects requests from other sites in the same browser', async () => {
    const { page } = await openPage(browser, url);
    const picture = await page.getByRole('log').getByRole('img').getAttribute('src');
    const paths = ['/', '/events', '/orchestrator/sessions', picture!];

    for (const path of paths) {
      const response = await fetch(url + path, { headers: { 'sec-fetch-site': 'cross-site' } });
      expect([path, response.status]).toEqual([path, 403]);
    }
    const opened = await fetch(url + picture!);
    expect([opened.status, opened.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });

  it('shows a message that was sent while the orchestrator was down, once it is back', async () => {
    const { page, problems } = await openPage(browser, url);

    await page.getByRole('button', { name: 'Kill the orchestrator' }).click();
    await page.getByText('The orchestrator is down', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Ana Torres' }).click();
    await page.getByLabel('Message to the shop').fill('Are you still there?');
    await page.getByRole('tabpanel', { name: 'Ana Torres' }).getByRole('button', { name: 'Send' }).click();
    await page.getByRole('button', { name: 'Start the orchestrator' }).click();

    const callbacks = page.getByRole('log', { name: 'Webhooks received' });
    const arrived = callbacks.getByText('Ana Torres: “Are you still there?”');
    await arrived.getByText('while it was down').waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('offers a new QR after the session is deleted', async () => {
    const { page, problems } = await openPage(browser, url, { isNew: true });

    await page.getByRole('button', { name: 'Delete the session' }).click();
    await page.getByRole('button', { name: 'New QR' }).click();
    await page.getByRole('img', { name: 'QR that links an account' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('uses Spanish when the browser does', async () => {
    const page = await emptyPage(browser, { locale: 'es-AR' });
    await page.goto(url);
    await page.getByRole('heading', { name: 'Vincula una cuenta' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
  });

  it('fits on a small phone', async () => {
    const { page } = await openPage(browser, url);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('img', { name: 'QR' }).waitFor();
    const width = await page
      .locator('html')
      .evaluate((html) => (html as unknown as { scrollWidth: number }).scrollWidth);
    expect(width).toBe(390);
  });
});

describe('pages that readers copy, on an orchestrator without a key,', () => {
  it('show a QR until somebody scans it: that of README.md also when it is renewed, with the number, and that of the seed', async () => {
    await using world = await startWorld();
    const [shop, other] = [world.whatsapp.phone('5491155501234'), world.whatsapp.phone('5491155505678')];

    const page = await openSnippet(browser, readmePage(), world.orchestrator.url);
    const picture = page.locator('#qr[src^="data:"]');
    await picture.waitFor();
    const first = await readQr(picture);
    expect(world.whatsapp.refreshPairing()).toBe(1);
    await untilTrue(async () => (await readQr(picture)) !== first);
    await shop.scan(await readQr(picture));
    await page.getByText(shop.number, { exact: true }).waitFor();
    expect(await picture.isVisible()).toBe(false);

    const old = await openSnippet(browser, seedPage(), world.orchestrator.url);
    await old.getByRole('button', { name: 'Conectar Nueva Cuenta de WhatsApp' }).click();
    const still = old.locator('#qr-image[src^="data:"]');
    await still.waitFor();
    await old.getByText(/^Session ID: session_/).waitFor();
    await other.scan(await readQr(still));
    await world.backend.next(({ body }) => body.phone_number === other.number);
  });
});

describe('npm run example:backend -- --demo', () => {
  it('shows the way from a token to an answer without a phone, and leaves nothing behind', async () => {
    const folder = await testFolder();
    // PostgreSQL has a user of its own under root.
    await chmod(folder, 0o755);
    await using demo = new DemoProcess(['--demo', '--port', '0'], { TMPDIR: folder }, EXAMPLE);
    const url = await demo.prints(/http:\/\/127\.0\.0\.1:\d+/);
    const { page, problems } = await openPage(browser, url);
    await page.setViewportSize({ width: 390, height: 844 });

    await page.getByText('None yet.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Connect a new account' }).press('Enter');
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await page.getByRole('button', { name: 'Renew the QR' }).press('Enter');
    await page.getByText('WhatsApp renews the QR: GET /sessions/:sessionId/qr (1×)').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // A reload goes on with the same session.
    await page.reload();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await page.getByRole('button', { name: 'Scan the QR' }).press('Enter');
    await page.getByText('Account +5491155501234 connected').waitFor();

    await page.getByLabel('Message of a customer to the account').press('Enter');
    await page.getByText('Ana Torres: Hello, are you open?').waitFor();
    await page.getByText('↳ Gracias por escribirnos. Te respondemos enseguida. (delivered)').waitFor();
    await page.locator('#chat').getByText('Gracias por escribirnos.').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.locator('html').evaluate('document.documentElement.scrollWidth')).toBe(390);
    // A session that was scanned has no QR any more.
    expect(problems.filter((problem) => !problem.includes('409 (Conflict)'))).toEqual([]);

    // The page of README.md with a token of the backend.
    const { token, orchestratorUrl } = (await (
      await fetch(`${url}/api/whatsapp/tokens`, { method: 'POST' })
    ).json()) as Record<string, string>;
    const copied = await openSnippet(browser, readmePage(token), orchestratorUrl!);
    await copied.locator('#qr[src^="data:"]').waitFor();
    await fetch(`${url}/demo/scan`, { method: 'POST' });
    await copied.getByText('5491155501234', { exact: true }).waitFor();

    demo.child.kill('SIGINT');
    expect(await demo.outcome()).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(folder)).toEqual([]);
  }, 60_000);
});
