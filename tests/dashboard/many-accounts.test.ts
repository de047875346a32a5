import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { VERSION } from '../../src/version.ts';
import { ask } from '../harness/ask.ts';
import type { PageOptions } from '../harness/browser-page.ts';
import { startBrowser } from '../harness/browser.ts';
import { untilTrue } from '../harness/until.ts';
import { startTestBackend, type TestBackend } from '../harness/test-backend.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openPage, signIn, violationsOf } from './open-page.ts';

const KEY = 'the-key-of-the-house';
/** More than are built at once; `npm run bench -- dashboard` has 300. */
const ACCOUNTS = 130;

/** A session as `GET /sessions` shows it. */
const session = (at: number, more = {}) => ({
  session_id: `session_${String(at).padStart(4, '0')}`,
  phone_number: `54911${String(at).padStart(8, '0')}`,
  ...{ status: 'connected', reconnecting: false, stopped: false, account_restricted: false, restricted_until: null },
  ...{ last_seen: new Date(Date.UTC(2024, 0, 1, 0, at)).toISOString(), created_at: '2024-01-01T00:00:00.000Z' },
  ...{ updated_at: '2024-01-01T00:00:00.000Z', error_message: null, new_chat_cap: null, passkey: null },
  ...{ name: `Branch ${at}`, push_name: null, labels: [], proxy: null, metadata: {}, device_name: null },
  ...more,
});

/** Some hundred accounts, two of which need attention, and codes that nobody has scanned. */
const sessions = [
  ...Array.from({ length: ACCOUNTS }, (_, at) => session(at)),
  session(900, { name: '=cmd|"/c calc"!A1', push_name: 'José Núñez', labels: ['ventas', 'norte'] }),
  session(901, { name: null, status: 'disconnected', error_message: 'The device was unlinked on the phone.' }),
  ...[902, 903, 904].map((at) =>
    session(at, { name: null, phone_number: null, status: 'connecting', last_seen: null }),
  ),
];

describe('the dashboard, with many accounts', () => {
  let browser: Browser;
  let world: World;
  /** The operator's own: it names the newest version, and gets notifications. */
  let operator: TestBackend;

  beforeAll(async () => {
    operator = await startTestBackend();
    operator.answerWith({ status: 200, body: '{"version":"99.1.0"}' });
    const urls = {
      UPDATE_CHECK_URL: `${operator.url}/latest`,
      NTFY_URL: `${operator.url}/topic`,
      NOTIFY_LANGUAGE: 'both',
    };
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment: { API_KEY: KEY, ...urls } })]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
    await operator[Symbol.asyncDispose]();
  });

  const asking = (method: string, path: string, body?: object) =>
    ask(`${world.orchestrator.url}${path}`, { method, body, headers: { authorization: `Bearer ${KEY}` } });

  /** The dashboard, signed in, with these accounts beside the server's own, of which there are none. */
  async function open(options: PageOptions = {}) {
    const opened = await openPage(browser, world.orchestrator.url, options);
    await signIn(opened.page, KEY);
    await show(opened.page);
    return { ...opened, rows: opened.page.locator('#accounts > li') };
  }

  /** Resolves once the list has exactly so many rows: it is built, and filtered, after the frame in which it is asked for. */
  const untilRows = (page: Page, count: number) =>
    page.locator(`#accounts > li:nth-child(${count}):last-child`).waitFor({ state: 'attached' });

  /** Resolves once the page has this title. */
  const titled = (page: Page, title: string) => untilTrue(async () => (await page.title()) === title);

  /** Tells the page of the accounts, as the stream would. */
  const show = (page: Page, which: object[] = sessions) =>
    page.evaluate(async (given) => {
      const { changed, state } = await import(new URL('store.js', (globalThis as any).document.baseURI).href);
      for (const each of given as any[]) state.sessions.set(each.session_id, each);
      changed();
    }, which);

  const look = async (page: Page) => {
    expect(await violationsOf(page)).toEqual([]);
    const tooWide = await page.locator('html').evaluate((html: any) => html.scrollWidth - html.clientWidth);
    expect(tooWide).toBe(0);
  };

  it('finds accounts by name, push name, number, label and id, whatever the accents, and by status', async () => {
    const { page, rows, troubles } = await open();
    const finds = async (words: string, count: number) => {
      await page.getByLabel('Search accounts').fill(words);
      await page.locator('#found', { hasText: new RegExp(`^${count} of ${sessions.length} accounts$`) }).waitFor();
      await untilRows(page, count);
    };

    await untilRows(page, ACCOUNTS + 2);
    await finds('branch 17', 2);
    await finds('jose NUNEZ', 1);
    expect(await rows.first().textContent()).toContain('José Núñez · ventas, norte');
    await finds('norte', 1);
    await finds('+54 9 11 0000 0129', 1);
    await finds('(54911) 0000-0129', 1);
    await finds('session_0123', 1);
    await page.getByLabel('Search accounts').fill('nobody');
    await page.getByText('No account matches.').waitFor();
    await page.getByLabel('Search accounts').fill('');
    await page.getByLabel('Status', { exact: true }).selectOption({ label: 'Disconnected (1)' });
    await page.locator('#accounts > li:only-child', { hasText: 'unlinked on the phone' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('orders them, with the codes that nobody has scanned in one line, using only the keyboard at 390 px', async () => {
    const { page, rows, troubles } = await open({ viewport: { width: 390, height: 844 } });

    await untilRows(page, ACCOUNTS + 2);
    await page.getByRole('button', { name: '3 codes wait for a phone', expanded: false }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '3 codes wait for a phone', expanded: true }).waitFor();
    await untilRows(page, ACCOUNTS + 5);
    await page.keyboard.press('Space');
    await untilRows(page, ACCOUNTS + 2);
    expect(await rows.first().textContent()).toContain('Disconnected');
    await page.getByLabel('Order').selectOption('seen');
    await page.locator('#accounts > li:first-child', { hasText: '+54 9 11 0000 0901' }).waitFor();
    await page.getByLabel('Order').selectOption('name');
    await page.locator('#accounts > li:nth-child(12)', { hasText: 'Branch 9' }).waitFor();
    await page.getByLabel('Search accounts').fill('branch 29');
    await untilRows(page, 2);
    await look(page);
    expect(troubles).toEqual([]);
  });

  it('touches only the rows of accounts that change', async () => {
    const { page, rows, troubles } = await open();
    await untilRows(page, ACCOUNTS + 2);
    await page.evaluate(() => {
      const { document, MutationObserver } = globalThis as any;
      const touched = ((globalThis as any).touched = new Set<string>());
      const note = (records: any[]) => {
        for (const { target } of records)
          touched.add((target.closest ? target : target.parentElement).closest('a').href);
      };
      const observer = ((globalThis as any).observer = new MutationObserver(note));
      observer.observe(document.getElementById('accounts'), {
        ...{ subtree: true, childList: true, characterData: true, attributes: true },
      });
    });

    await show(page, [session(7, { name: 'Branch seven' })]);
    await rows.filter({ hasText: 'Branch seven' }).waitFor();

    const touched = await page.evaluate(() => {
      (globalThis as any).observer.disconnect();
      return [...(globalThis as any).touched];
    });
    expect(touched).toEqual([expect.stringMatching(/#\/accounts\/session_0007$/)]);
    expect(troubles).toEqual([]);
  });

  it('saves those that are found as CSV, in which nothing is a formula', async () => {
    const { page } = await open();
    await page.getByLabel('Search accounts').fill('norte');
    await untilRows(page, 1);

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);

    expect(file.suggestedFilename()).toMatch(/^accounts-\d{4}-\d\d-\d\d\.csv$/);
    expect(await readFile(await file.path(), 'utf8')).toBe(
      '\uFEFF"session_id","name","push_name","phone_number","status","labels","last_seen","created_at","error_message"\r\n' +
        `"session_0900","'=cmd|""/c calc""!A1","José Núñez","5491100000900","connected","ventas, norte",` +
        '"2024-01-01T15:00:00.000Z","2024-01-01T00:00:00.000Z",""\r\n',
    );
  });

  it('has a URL and a title for each view, and for an open account, and the back button returns', async () => {
    const { page, rows, troubles } = await open();
    const isAt = async (hash: string, title: string) => {
      await page.waitForURL((url) => url.hash === hash);
      await titled(page, `${title} · WhatsApp Orchestrator`);
    };

    await page.getByLabel('Search accounts').fill('branch 123');
    await untilRows(page, 1);
    await rows.first().getByRole('link').click();
    await isAt('#/accounts/session_0123', 'Branch 123');
    await page.getByRole('link', { name: 'Who asked for what' }).click();
    await isAt('#/audit?sessionId=session_0123', 'Audit log');
    await page.locator('#audit-title:focus').waitFor();
    await page.getByText('No entries match.').waitFor();
    expect(await page.locator('#audit-account').inputValue()).toBe('session_0123');
    await page.getByLabel('Action').fill('DELETE /sessions/:sessionId');
    await page.keyboard.press('Enter');
    await isAt('#/audit?method=DELETE&route=%2Fsessions%2F%3AsessionId&sessionId=session_0123', 'Audit log');
    await page.getByRole('button', { name: 'Clear' }).click();
    await isAt('#/audit', 'Audit log');
    await page.goBack();
    await isAt('#/audit?method=DELETE&route=%2Fsessions%2F%3AsessionId&sessionId=session_0123', 'Audit log');
    expect(await page.getByLabel('Action').inputValue()).toBe('DELETE /sessions/:sessionId');
    for (let step = 0; step < 2; step += 1) await page.goBack();
    await isAt('#/accounts/session_0123', 'Branch 123');
    expect(await page.getByLabel('Search accounts').inputValue()).toBe('branch 123');
    await page.evaluate(`location.hash = '#/audit?since=never&until=2020-01-01T00:00:00Z&caller=%3Cb%3E&limit=1'`);
    await page.getByText('No entries match.').waitFor();
    expect(await page.locator('#audit-caller').inputValue()).toBe('<b>');
    for (const [name, hash] of Object.entries({ Keys: '#/keys', Settings: '#/settings', Deliveries: '#/deliveries' })) {
      await page.getByRole('navigation').getByRole('link', { name }).click();
      await isAt(hash, name);
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await titled(page, 'WhatsApp Orchestrator');
    expect(await rows.count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('makes a key with limits, shows it once, and revokes it after confirmation', async () => {
    const { page, troubles } = await open({ viewport: { width: 390, height: 844 } });
    const dialog = page.locator('#new-key');
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByText('No keys yet.').waitFor();
    await page.getByRole('button', { name: 'Create a key' }).click();

    await dialog.getByLabel('Name').fill('the shop');
    await page.keyboard.press('Enter');
    await dialog.getByText('Choose at least one thing').waitFor();
    await dialog.getByLabel('everything (admin)').check();
    await dialog.getByLabel('A person approves').check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('cannot be limited').waitFor();
    await dialog.getByLabel('everything (admin)').uncheck();
    await dialog.getByLabel('send messages').check();
    await dialog.getByLabel('Sends only to').fill('+54 9 11 5550 1234\n+54 9 11 5550 1235');
    await look(page);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('it is never shown again').waitFor();
    const key = await dialog.getByLabel('The key').inputValue();
    const { body } = await asking('GET', '/keys');
    expect(body.data).toMatchObject([
      {
        ...{ name: 'the shop', scopes: ['messages:send'], sessions: null, approval: true },
        recipients: ['5491155501234', '5491155501235'],
      },
    ]);
    expect(key).toContain(body.data[0].keyId);
    await page.keyboard.press('Escape');
    await untilTrue(async () => (await page.locator('#new-key-secret').inputValue()) === '');

    const row = page.locator('#keys > li');
    await row
      .getByText('sends only to +54 9 11 5550 1234, +54 9 11 5550 1235 · A person approves what it sends')
      .waitFor();
    await look(page);
    await row.getByRole('button', { name: 'Revoke: the shop' }).click();
    await page.getByRole('button', { name: 'Yes, revoke' }).click();
    await page.getByText('the shop was revoked.').waitFor();
    await row.waitFor({ state: 'detached' });
    expect((await asking('GET', '/keys')).body.data).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('shows the version and the settings in force, and keeps theme and language in the browser', async () => {
    const { page, rows, troubles } = await open({ colorScheme: 'light', viewport: { width: 390, height: 844 } });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.getByRole('link', { name: 'Settings' }).click();
    const setting = (name: string) => page.locator('#in-force > div').filter({ hasText: name });

    await setting('PRODUCTION_API_KEY').getByText('Not set').waitFor();
    expect(await setting('MAX_PENDING_SESSIONS').textContent()).toContain('100 (default)');
    expect(await page.locator('#in-force').textContent()).not.toContain(KEY);
    await page.locator('#fact-version', { hasText: VERSION }).waitFor();
    await page.getByText(`Version 99.1.0 is available; ${VERSION} is running.`).waitFor();
    await page.getByRole('button', { name: 'Send a test notification' }).click();
    await page.getByText(/^ntfy: accepted in \d+ ms$/).waitFor();
    expect((await operator.next('/topic')).text).toContain('This is a test.');
    await operator.goesDown();
    await page.getByRole('button', { name: 'Send a test notification' }).click();
    await page.getByText('ntfy: The receiver cannot be reached (ECONNREFUSED).').waitFor();
    expect(await ground()).toBe('rgb(244, 246, 245)');
    await page.getByLabel('Theme').selectOption({ label: 'Dark' });
    expect(await ground()).toBe('rgb(14, 20, 18)');
    await look(page);
    await page.getByLabel('Language').selectOption({ label: 'Español' });
    await page.getByRole('heading', { name: 'Ajustes vigentes' }).waitFor();
    await page.getByText(`Está disponible la versión 99.1.0; funciona la ${VERSION}.`).waitFor();
    await setting('MAX_PENDING_SESSIONS').getByText('100 (por defecto)').waitFor();
    await page.locator('#live', { hasText: 'En vivo' }).waitFor();
    await show(page, sessions.slice(-5));
    await page.getByRole('link', { name: 'Cuentas' }).click();
    await rows.first().getByText('Desconectada').waitFor();
    await look(page);

    await page.reload();
    await page.getByLabel('Clave de API').waitFor();
    expect([await ground(), await page.locator('html').getAttribute('lang')]).toEqual(['rgb(14, 20, 18)', 'es']);
    await signIn(page, KEY);
    await page.getByRole('link', { name: 'Ajustes' }).click();
    await page.getByLabel('Idioma').selectOption({ label: 'Como el navegador' });
    await page.getByLabel('Theme').selectOption({ label: 'As the system' });
    const kept = await page.evaluate('[{ ...localStorage }, { ...sessionStorage }, document.cookie]');
    expect([kept, await ground()]).toEqual([[{}, {}, ''], 'rgb(244, 246, 245)']);
    expect(troubles).toEqual([]);
  });
});
