import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openPage, signIn, violationsOf } from './open-page.ts';

const KEY = 'the-key-of-the-house';
const ACCOUNTS = 300;

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

describe('the dashboard, with 300 accounts', () => {
  let browser: Browser;
  let world: World;

  beforeAll(async () => {
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment: { API_KEY: KEY } })]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  /** The dashboard, signed in, with these accounts beside the server's own, of which there are none. */
  async function open(options: BrowserContextOptions = {}) {
    const opened = await openPage(browser, world.orchestrator.url, options);
    await signIn(opened.page, KEY);
    await show(opened.page);
    return { ...opened, rows: opened.page.locator('#accounts > li') };
  }

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
      await page.locator('#found', { hasText: new RegExp(`^${count} of 305 accounts$`) }).waitFor();
      expect(await rows.count()).toBe(count);
    };

    await rows.nth(301).waitFor();
    await finds('branch 17', 11);
    await finds('jose NUNEZ', 1);
    expect(await rows.first().textContent()).toContain('José Núñez · ventas, norte');
    await finds('norte', 1);
    await finds('+54 911 0000 0299', 1);
    await finds('(54911) 0000-0299', 1);
    await finds('session_0123', 1);
    await page.getByLabel('Search accounts').fill('nobody');
    await page.getByText('No account matches.').waitFor();
    await page.getByLabel('Search accounts').fill('');
    await page.getByLabel('Status').selectOption({ label: 'Disconnected (1)' });
    await rows.filter({ hasText: 'unlinked on the phone' }).waitFor();
    expect(await rows.count()).toBe(1);
    expect(troubles).toEqual([]);
  });

  it('orders them, with the codes that nobody has scanned in one line, using only the keyboard at 390 px', async () => {
    const { page, rows, troubles } = await open({ viewport: { width: 390, height: 844 } });

    await rows.nth(301).waitFor();
    expect(await rows.count()).toBe(302);
    await page.getByRole('button', { name: '3 codes wait for a phone', expanded: false }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '3 codes wait for a phone', expanded: true }).waitFor();
    await rows.nth(304).waitFor();
    await page.keyboard.press('Space');
    await rows.nth(302).waitFor({ state: 'detached' });
    expect(await rows.first().textContent()).toContain('Disconnected');
    await page.getByLabel('Order').selectOption('seen');
    await page.locator('#accounts > li:first-child', { hasText: '+54 911 0000 0901' }).waitFor();
    await page.getByLabel('Order').selectOption('name');
    await page.locator('#accounts > li:nth-child(12)', { hasText: 'Branch 9' }).waitFor();
    await page.getByLabel('Search accounts').fill('branch 29');
    await rows.nth(11).waitFor({ state: 'detached' });
    await look(page);
    expect(troubles).toEqual([]);
  });

  it('touches only the rows of accounts that change', async () => {
    const { page, rows, troubles } = await open();
    await rows.nth(301).waitFor();
    await page.evaluate(() => {
      const { document, MutationObserver } = globalThis as any;
      const touched = ((globalThis as any).touched = new Set<string>());
      const note = (records: any[]) => {
        for (const { target } of records)
          touched.add((target.closest ? target : target.parentElement).closest('a').href);
      };
      new MutationObserver(note).observe(document.getElementById('accounts'), {
        ...{ subtree: true, childList: true, characterData: true, attributes: true },
      });
    });

    await show(page, [session(7, { name: 'Branch seven' })]);
    await rows.filter({ hasText: 'Branch seven' }).waitFor();

    const touched = await page.evaluate(() => [...(globalThis as any).touched]);
    expect(touched).toEqual([expect.stringMatching(/#\/accounts\/session_0007$/)]);
    expect(troubles).toEqual([]);
  });

  it('saves those that are found as CSV, in which nothing is a formula', async () => {
    const { page, rows } = await open();
    await page.getByLabel('Search accounts').fill('norte');
    await rows.nth(1).waitFor({ state: 'detached' });

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
});
