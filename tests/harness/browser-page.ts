import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { cleanUpLater } from './jest/clean-ups.ts';

/** The page that the last test of each browser has left empty. */
const left = new WeakMap<Browser, Page>();

/**
 * A page of a visitor who was never there, in a browser context that no other page has, until the end of the test. Without options of
 * its own it may be one that earlier tests have used: to start another takes a process, and a second.
 */
export async function emptyPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const isUsual = Object.keys(options).length === 0;
  const known = isUsual ? left.get(browser) : undefined;
  if (isUsual) left.delete(browser);
  const page = known ?? (await newPage(browser, options));
  cleanUpLater(async () => {
    if (!browser.isConnected()) return;
    if (!isUsual || left.has(browser) || page.isClosed()) return page.context().close();
    await empty(page);
    left.set(browser, page);
  });
  return page;
}

async function newPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options });
  return context.newPage();
}

/** Leaves nothing of a visitor behind. */
async function empty(page: Page): Promise<void> {
  const context = page.context();
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  page.removeAllListeners();
  await page.evaluate('localStorage.clear(), sessionStorage.clear()');
  await context.clearCookies();
  await page.emulateMedia({ colorScheme: null, reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto('about:blank');
}
