import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { makeDeadLetter, talk } from '../tests/dashboard/stage.ts';
import { startBrowser } from '../tests/harness/browser.ts';
import { startWorld, type World } from '../tests/harness/world.ts';

/** Takes the screenshots of the README and docs/dashboard.md: the real dashboard, with accounts on the simulator. */
const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));
const WIDE = { viewport: { width: 1280, height: 900 }, locale: 'en-US' };
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'es-AR' };

await using world = await startWorld({
  environment: { DASHBOARD_MESSAGES: 'true', HISTORY_DAYS: '30', BACKEND_RETRIES: '1' },
});
const browser = await startBrowser();
try {
  await mkdir(FOLDER, { recursive: true });
  const shop = await playStory(world);
  await take('dashboard-light', { ...WIDE, colorScheme: 'light' }, (page) => openAccount(page, shop));
  await take('dashboard-dark', { ...WIDE, colorScheme: 'dark' }, openDeliveries);
  await take(
    'dashboard-connect',
    { ...WIDE, viewport: { width: 1280, height: 760 }, colorScheme: 'light' },
    openConnect,
  );
  await take('dashboard-phone', { ...PHONE, colorScheme: 'light' }, (page) => openAccount(page, shop));
  await take('dashboard-phone-dark', { ...PHONE, colorScheme: 'dark' }, openConnect);
  await take('dashboard-phone-chat', { ...PHONE, colorScheme: 'light' }, (page) => openConversation(page, shop));
} finally {
  await browser.close();
}

async function take(
  name: string,
  options: BrowserContextOptions,
  prepare: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await openPage(browser, options);
  await prepare(page);
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  await page.close();
}

async function openPage(from: Browser, options: BrowserContextOptions): Promise<Page> {
  const page = await from.newPage({ ...options, reducedMotion: 'reduce' });
  await page.goto(`${world.orchestrator.url}/dashboard`);
  await page.locator('#live[data-connection="live"]').waitFor();
  return page;
}

/** Creates four accounts in states that an operator may find. The first has a conversation, and reconnected once. */
async function playStory({ whatsapp }: World): Promise<string> {
  const ana = whatsapp.phone('5491155501234', 'Ana Torres');
  const shop = await world.link(whatsapp.phone('5491122334455', 'Café Sol'));
  const depot = await world.link(whatsapp.phone('34612345678', 'Almacén'));
  const branch = await world.link(whatsapp.phone('5215512345678', 'Sucursal'));
  const support = await world.link(whatsapp.phone('14155552671', 'Support'));
  await talk(world, shop, ana);
  await branch.phone.unlink();
  await world.orchestrator.until(branch.sessionId, { status: 'disconnected' });
  await world.orchestrator.post(`/sessions/${shop.sessionId}/restart`);
  await world.orchestrator.until(shop.sessionId, { status: 'connected' });
  await makeDeadLetter(world, depot.phone, support.phone);
  await world.orchestrator.get('/generate-qr');
  return shop.sessionId;
}

async function openAccount(page: Page, sessionId: string): Promise<void> {
  await page.locator(`#accounts a[href$="${sessionId}"]`).click();
  await page.locator('#messages li').first().waitFor();
  await page.locator('#timeline li').first().waitFor();
}

async function openConversation(page: Page, sessionId: string): Promise<void> {
  await openAccount(page, sessionId);
  await page.locator(`a[href*="/chats/"]`, { hasText: 'Ana Torres' }).click();
  await page.getByRole('log').getByRole('listitem').first().waitFor();
}

async function openDeliveries(page: Page): Promise<void> {
  await page.locator('#nav-deliveries').click();
  await page.locator('#dead li').first().waitFor();
}

async function openConnect(page: Page): Promise<void> {
  await page.locator('#connect-open').click();
  await page.locator('#qr').waitFor();
}
