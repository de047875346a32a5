import type { Browser, Page } from 'playwright-core';
import type { Phone } from '../../simulator/phones/phone.ts';
import { ask } from '../harness/ask.ts';
import type { PageOptions } from '../harness/browser-page.ts';
import { startBrowser } from '../harness/browser.ts';
import { EventReader } from '../harness/event-reader.ts';
import { startTestBackend } from '../harness/test-backend.ts';
import { untilTrue } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openPage, signIn, violationsOf } from './open-page.ts';
import { Relay } from './relay.ts';

const KEY = 'the-key-of-the-house';
const HEADERS = { authorization: `Bearer ${KEY}` };
const SHOP = '5491122334455';
const ANA = '5491155501234';

describe('the dashboard, when something goes wrong', () => {
  let browser: Browser;
  let world: World;
  let shop: Phone;
  let ana: Phone;
  let sessionId: string;

  beforeAll(async () => {
    const settings = { API_KEY: KEY, DASHBOARD_MESSAGES: 'true', WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment: settings })]);
    shop = world.whatsapp.phone(SHOP, 'Café Sol');
    ana = world.whatsapp.phone(ANA, 'Ana Torres');
    const { body } = await ask(`${world.orchestrator.url}/generate-qr`, { method: 'GET', headers: HEADERS });
    sessionId = body.sessionId as string;
    await shop.scan(body.qrText as string);
    await world.backend.next('sessions/new-session-connected');
    await ana.sendText(shop, 'Hello');
    await world.backend.next('messages/received');
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  /** The dashboard, signed in. */
  async function open(url = world.orchestrator.url, { key = KEY, ...options }: PageOptions & { key?: string } = {}) {
    const opened = await openPage(browser, url, options);
    await signIn(opened.page, key);
    return opened;
  }

  const account = (page: Page, number: string) => page.locator('#accounts').getByRole('link', { name: number });

  it('deletes the session of a QR that it could not show, when a new one is requested', async () => {
    const { page } = await open();
    await page.route('**/sessions/*/qr', (route) => route.abort());
    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByText('Something went wrong').waitFor();
    await account(page, 'New account').waitFor({ state: 'attached' });
    const lost = page.locator(`#accounts a[href="${(await account(page, 'New account').getAttribute('href'))!}"]`);

    await page.unroute('**/sessions/*/qr');
    await page.getByRole('button', { name: 'New code' }).click();

    await page.getByRole('img', { name: 'QR code to link an account' }).waitFor();
    await lost.waitFor({ state: 'detached' });
  });

  it('shows no nodes of a server on its own; of several, what each does, and which one has an account', async () => {
    const { page, troubles } = await open();
    await account(page, '+54 9 11 2233 4455').click();
    await page.locator('#timeline li').first().waitFor();
    expect(await page.locator('#nodes').isVisible()).toBe(false);
    expect(await page.locator('#fact-node-row').isVisible()).toBe(false);

    const node = { version: '5.0.0', sessions: 2, draining: false, lost: false, secondsSinceBeat: 1 };
    const nodes = [
      { ...node, nodeId: 'a' },
      { ...node, nodeId: 'b', sessions: 1, draining: true },
      { ...node, nodeId: '<i>c</i>', lost: true, secondsSinceBeat: 130 },
    ];
    const placed = { node: 'b' as string | null };
    await page.route('**/health', async (route) => {
      const health: object = await (await route.fetch()).json();
      await route.fulfill({ json: { ...health, cluster: { nodeId: 'a', secondsSinceLook: 1, unowned: 1, nodes } } });
    });
    await page.route(/\/sessions\/session_\w+$/, async (route) => {
      const answer: object = await (await route.fetch()).json();
      await route.fulfill({ json: { ...answer, ...placed } });
    });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, KEY);

    const shown = page.getByRole('list', { name: 'Nodes' });
    await shown.getByText('<i>c</i>: lost, last sign of life 2 minutes ago').waitFor();
    expect(await shown.getByRole('listitem').allTextContents()).toEqual([
      'a: 2 accounts',
      'b: shutting down, 1 account left',
      '<i>c</i>: lost, last sign of life 2 minutes ago',
      '1 account without a node',
    ]);
    await account(page, '+54 9 11 2233 4455').click();
    await page.locator('#fact-node', { hasText: /^b$/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    placed.node = null;
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await account(page, '+54 9 11 2233 4455').click();
    await page.locator('#fact-node', { hasText: 'None: moving to another one' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('forgets what was typed when somebody signs out, and shows who comes next what is stored', async () => {
    const body = { labels: ['ventas'] };
    await ask(`${world.orchestrator.url}/sessions/${sessionId}`, { method: 'PATCH', body, headers: HEADERS });
    const { page, troubles } = await open();
    const labels = page.locator('#profile-labels');
    await account(page, '+54 9 11 2233 4455').click();
    await page.locator('#profile summary').click();
    await labels.fill('not saved');
    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByRole('button', { name: 'Pairing code' }).click();
    await page.locator('#code-number').fill('+34 612 345 678');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, KEY);
    await account(page, '+54 9 11 2233 4455').click();

    await page.getByRole('heading', { name: '+54 9 11 2233 4455' }).waitFor();
    expect([await labels.inputValue(), await page.locator('#code-number').inputValue()]).toEqual(['ventas', '']);
    expect(troubles).toEqual([]);
  });

  it('shows the text of a message that could not be decrypted at first', async () => {
    const { page, troubles } = await open();
    await account(page, '+54 9 11 2233 4455').click();
    const last = page.locator('#messages li').last();
    await last.waitFor();

    world.whatsapp.fault('corrupt-message', { number: SHOP, times: 1 });
    await ana.sendText(shop, 'Read me again.');
    await world.backend.next(({ body }) => body.message_type === 'undecryptable');

    await last.getByText('Read me again.').waitFor();
    expect(await page.getByText('undecryptable').filter({ visible: true }).count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('shows what it missed, in order, once the connection is back', async () => {
    await using relay = await Relay.start(world.orchestrator.url);
    const { page } = await open(relay.url);
    await account(page, '+54 9 11 2233 4455').click();
    const messages = page.locator('#messages li');
    await messages.last().getByText('Read me again.').waitFor();

    relay.cut();
    await page.locator('#live[data-connection="lost"]').waitFor();
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    await page.locator('#dead-note', { hasText: 'Cannot reach the orchestrator.' }).waitFor();
    const missed = Array.from({ length: 12 }, (_, at) => `Missed ${at + 1}.`);
    for (const text of missed) await ana.sendText(shop, text);
    await world.backend.next(({ body }) => body.message_content === 'Missed 12.');
    relay.restore();
    await page.locator('#live[data-connection="live"]').waitFor();
    await page.locator('#dead-note', { hasText: 'None.' }).waitFor();
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await account(page, '+54 9 11 2233 4455').click();

    await messages.last().getByText('Missed 12.').waitFor();
    expect(await messages.locator('p').allInnerTexts()).toEqual(missed.slice(-10));
  });

  it('creates a further webhook and shows its secret once, tries it, retries what it refused, and deletes it', async () => {
    await using receiver = await startTestBackend();
    const { page, troubles } = await open(undefined, { viewport: { width: 390, height: 844 } });
    const name = '<img src=x onerror=alert(1)>';
    const card = page.getByRole('region', { name: 'Further webhooks' });
    const dialog = page.locator('#webhook');
    const press = (words: string) => card.getByRole('button', { name: words, exact: true }).click();
    const look = async () => {
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.locator('html').evaluate((html) => (html as any).scrollWidth)).toBe(390);
    };
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    await card.getByText('None. Besides your backend').waitFor();

    await press('Add a webhook');
    await page.keyboard.press('Enter');
    await dialog.getByText('Enter a URL.').waitFor();
    await page.locator('#webhook-url:focus').fill('http://10.0.0.1/hook');
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('group', { name: 'Events' }).getByLabel('All, including').uncheck();
    await dialog.getByLabel('Message received').check();
    await dialog.getByRole('group', { name: 'Accounts' }).getByLabel('All, including').uncheck();
    await dialog.getByLabel('+54 9 11 2233 4455').check();
    await dialog.getByRole('button', { name: 'Add a header' }).click();
    await page.keyboard.type('X-Shop');
    await dialog.getByLabel('Value of header 1').fill('a secret of the shop');
    await look();
    await page.keyboard.press('Enter');
    await dialog.getByText('This URL is not allowed.').waitFor();
    await dialog.getByLabel('URL').fill(`${receiver.url}/${'long'.repeat(300)}`);
    await page.keyboard.press('Enter');
    await dialog.getByText('Store it in the receiver now').waitFor();
    expect(await dialog.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^whsec_.{30,}/);
    await page.locator('#webhook-copy:focus').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await untilTrue(async () => (await page.locator('#webhook-secret').inputValue()) === '');
    await card.getByRole('heading', { name }).waitFor();
    await card.getByText('Message received · 1 account').waitFor();
    await page.locator('#webhook-add:focus').waitFor();

    await press(`Send test event: ${name}`);
    await card.getByText(/^Accepted in \d+ ms\.$/).waitFor();
    expect((await receiver.next()).headers).toMatchObject({ 'x-shop': 'a secret of the shop' });
    receiver.answerWith(422);
    await press(`Send test event: ${name}`);
    await card.getByText(/^Refused with status 422 in \d+ ms\.$/).waitFor();
    await receiver.goesDown();
    await press(`Send test event: ${name}`);
    await card.getByText('The receiver cannot be reached (ECONNREFUSED).').waitFor();
    await receiver.comesUp();

    await ana.sendText(shop, 'Refused by the shop.');
    await receiver.next(({ body }) => body.type === 'message-received', { evenRefused: true });
    // What it refuses for so long is given up.
    world.clock.skip(60_000);
    const counts = async () =>
      (await ask(`${world.orchestrator.url}/webhooks`, { method: 'GET', headers: HEADERS })).body.data[0];
    await world.fastForwardUntil(untilTrue(async () => (await counts()).deadLettered === 1));
    await press(`Pause: ${name}`);
    await card.getByText('Paused · 0 pending · 1 failed').waitFor();
    await press('Show 1 failed event');
    await card.getByText('Rejected for its content: the receiver answered 422.').waitFor();
    await look();
    await press('Retry: Message received, +54 9 11 2233 4455');
    await page.locator('#notice', { hasText: 'Refused with status 422' }).waitFor();
    receiver.recovers();
    await press('Retry: Message received, +54 9 11 2233 4455');
    expect((await receiver.next(({ body }) => body.type === 'message-received')).body.data).toMatchObject({
      message_content: 'Refused by the shop.',
    });
    await card.getByText('Paused · 0 pending · 0 failed').waitFor();
    await page.locator('#webhooks h3:focus').waitFor();

    await press(`Edit: ${name}`);
    await dialog.getByText('Keep the current ones: X-Shop').waitFor();
    await dialog.getByLabel('Name').fill('');
    await page.keyboard.press('Enter');
    const host = new URL(receiver.url).host;
    await press(`Continue: ${host}`);
    await card.getByText('Active · 0 pending · 0 failed').waitFor();
    await press(`Send test event: ${host}`);
    expect((await receiver.next()).headers).toMatchObject({ 'x-shop': 'a secret of the shop' });

    await press(`Delete: ${host}`);
    await page.getByRole('heading', { name: `Delete ${host}?` }).waitFor();
    await page.keyboard.press('Escape');
    await press(`Delete: ${host}`);
    await page.getByRole('button', { name: 'Yes, delete' }).click();
    await card.getByText('None. Besides your backend').waitFor();
    await page.locator('#webhooks-title:focus').waitFor();
    expect(troubles).toEqual([]);
  });

  it('shows nothing of further webhooks to a key without the scope admin', async () => {
    const wish = { method: 'POST', body: { scopes: ['sessions:read', 'callbacks:manage'] }, headers: HEADERS };
    const { key } = (await ask(`${world.orchestrator.url}/keys`, wish)).body;
    const { page, troubles } = await open(undefined, { key: key as string });

    const refused = page.waitForResponse((response) => response.url().endsWith('/webhooks'));
    await page.getByRole('link', { name: /^Deliveries/ }).click();
    expect((await refused).status()).toBe(403);
    await page.locator('#dead-note', { hasText: 'None.' }).waitFor();

    expect(await page.locator('#webhooks-card').isVisible()).toBe(false);
    expect(troubles).toEqual([]);
  });

  it('works behind the prefix of a proxy, nested files included, and says to a limited key what it may not see', async () => {
    const wish = { method: 'POST', body: { name: 'reader', scopes: ['sessions:read'] }, headers: HEADERS };
    const { key } = (await ask(`${world.orchestrator.url}/keys`, wish)).body;
    const { page, troubles, asked } = await openPage(browser, world.orchestrator.url);
    asked.length = 0;
    await page.route('**/a/prefix/**', async (route) => {
      await route.continue({ url: route.request().url().replace('/a/prefix/', '/') });
    });

    await page.goto(`${world.orchestrator.url}/a/prefix/dashboard/#/settings`);
    await signIn(page, key as string);
    await page.locator('#in-force-note', { hasText: 'it lacks the admin scope' }).waitFor();
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.locator('#keys-note', { hasText: 'it lacks the admin scope' }).waitFor();
    expect(await page.getByRole('button', { name: 'Create a key' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, KEY);
    await account(page, '+54 9 11 2233 4455').click();
    await page.locator('#messages li').first().waitFor();

    const outside = asked.filter((url) => !url.startsWith(`${world.orchestrator.url}/a/prefix/`));
    expect([asked.length > 20, outside]).toEqual([true, []]);
    expect(troubles).toEqual([]);
  });

  it('shows that too many pages are open, and recovers when one is closed', async () => {
    const wish = { method: 'POST', body: { scopes: ['sessions:read'] }, headers: HEADERS };
    const { key } = (await ask(`${world.orchestrator.url}/keys`, wish)).body;
    const follow = () =>
      EventReader.open(`${world.orchestrator.url}/sessions/events`, { authorization: `Bearer ${key}` });
    const others = await Promise.all(Array.from({ length: 20 }, follow));
    const { page, troubles } = await openPage(browser, world.orchestrator.url);

    await page.locator('#key').fill(key as string);
    await page.locator('#key').press('Enter');
    await page.getByText('Too many dashboards are open.').waitFor();
    for (const other of others) await other[Symbol.asyncDispose]();

    await page.locator('#live[data-connection="live"]').waitFor();
    await page.getByText('Too many dashboards are open.').waitFor({ state: 'detached' });
    expect(troubles.filter((trouble) => !trouble.includes('status of 503'))).toEqual([]);
  });
});
