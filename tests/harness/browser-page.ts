import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { cleanUpLater } from './jest/clean-ups.ts';

/** What is special about a visitor. A language of its own takes a new browser context. */
export type PageOptions = Pick<BrowserContextOptions, 'colorScheme' | 'locale' | 'viewport'>;

const VIEWPORT = { width: 1280, height: 720 };

/** The page that the last test of each browser has left without a trace of its visitor. */
const left = new WeakMap<Browser, Page>();

/**
 * A page of a visitor who was never there, in a browser context that no other page has, until the end of the test. It may be one that
 * earlier tests have used, unless it has a language of its own: to start another takes a process, and a second.
 * @param leave takes the last traces of the visitor away, once the page has no data, routes and listeners any more
 */
export async function emptyPage(browser: Browser, options: PageOptions = {}, leave = empty): Promise<Page> {
  const { locale, viewport, colorScheme = null } = options;
  const known = locale === undefined ? left.get(browser) : undefined;
  if (known) left.delete(browser);
  const page = known ?? (await newPage(browser, locale));
  cleanUpLater(async () => {
    if (!browser.isConnected()) return;
    if (locale !== undefined || left.has(browser) || page.isClosed()) return page.context().close();
    await forget(page);
    await leave(page);
    left.set(browser, page);
  });
  await page.setViewportSize(viewport ?? VIEWPORT);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  return page;
}

/** Leaves the page in the process that it has: another page of the same server needs no new one. */
export async function empty(page: Page): Promise<void> {
  await page.evaluate(`location.replace('about:blank')`);
  await page.waitForURL('about:blank');
}

async function newPage(browser: Browser, locale = 'en-US'): Promise<Page> {
  const context = await browser.newContext({ locale });
  return context.newPage();
}

async function forget(page: Page): Promise<void> {
  const context = page.context();
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  page.removeAllListeners();
  await page.evaluate('localStorage.clear(), sessionStorage.clear()');
  await context.clearCookies();
}
