import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import decodeQR from 'qr/decode.js';
import type { Browser, Locator, Page } from 'playwright-core';
import { empty, emptyPage, type PageOptions } from '../harness/browser-page.ts';

const PATIENCE_MS = 8_000;

/** What the browser logs for each refused request; the page shows a text of its own. */
const REFUSED = 'Failed to load resource: the server responded with a status of 4';
/** What it logs when the server is unreachable. */
const NOBODY_THERE = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/;

/** A dashboard for which nothing was chosen in this browser. */
const USUAL = 'html[lang="en"]:not([data-theme])';

/** A third of the time of axe is to read its code. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The dashboard in a browser context that no other page has. */
export interface OpenPage {
  page: Page;
  /** Errors, violations of the policy, and requests to other servers. */
  troubles: string[];
  /** The URL of every request. */
  asked: string[];
}

/**
 * Opens the dashboard, or the page at another path, as a new visitor, until the end of the test. The dashboard may be one that an earlier
 * visitor has signed out of: to load it takes 80 requests, and half of the time of most tests.
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions = {},
  path = '/dashboard',
): Promise<OpenPage> {
  const dashboard = `${url}/dashboard/`;
  const page = await emptyPage(browser, options, async (left) => {
    const isUsual = left.url().startsWith(dashboard) && (await left.locator(USUAL).count()) === 1;
    await (isUsual ? signOut(left) : empty(left));
  });
  // Shorter than the test's own timeout, so that a failure names what is missing.
  page.setDefaultTimeout(PATIENCE_MS);
  const troubles: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    const isTrouble = ['error', 'warning'].includes(message.type());
    if (isTrouble && !text.startsWith(REFUSED) && !NOBODY_THERE.test(text)) troubles.push(text);
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    asked.push(request.url());
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) troubles.push(request.url());
  });
  if (path !== '/dashboard' || !page.url().startsWith(dashboard)) await page.goto(`${url}${path}`);
  return { page, troubles, asked };
}

/** Signs out, whatever the page shows. Throws when something is left that was typed. */
async function signOut(page: Page): Promise<void> {
  await page.evaluate(`document.getElementById('sign-out').click()`);
  await page.locator('#sign-in').waitFor();
  const typed = await page.evaluate(() => {
    const fields = [
      ...(globalThis as any).document.querySelectorAll('input:not([type="checkbox"]), textarea'),
    ] as any[];
    return fields
      .filter(({ value, defaultValue }) => value !== defaultValue)
      .map(({ id, value }) => `#${id}: ${value}`);
  });
  if (typed.length > 0) throw new Error(`Signing out leaves what was typed: ${typed.join(', ')}`);
}

/** Signs in with the key, and waits for the live events. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.locator('#key').fill(key);
  await page.locator('#key').press('Enter');
  await page.locator('#live[data-connection="live"], #live[data-connection="limited"]').waitFor();
}

/** The text that a phone reads from the picture of a QR. */
export async function readQr(picture: Locator): Promise<string> {
  const { width, height, dark } = await picture.evaluate(async (element) => {
    const image = element as any;
    await image.decode();
    const [width, height] = [image.naturalWidth, image.naturalHeight] as [number, number];
    const canvas = Object.assign((globalThis as any).document.createElement('canvas'), { width, height });
    const brush = canvas.getContext('2d');
    brush.drawImage(image, 0, 0);
    const { data } = brush.getImageData(0, 0, width, height);
    // A string: that many numbers would take half a minute to leave the browser.
    return {
      width,
      height,
      dark: Array.from({ length: width * height }, (_, at) => Number(data[4 * at] < 128)).join(''),
    };
  });
  const data = Uint8Array.from(dark.split('').flatMap((is) => (is === '1' ? [0, 0, 0, 255] : [255, 255, 255, 255])));
  return decodeQR({ width, height, data });
}

/** The axe rules that the current page violates, and where. */
export async function violationsOf(page: Page): Promise<string[]> {
  const isThere = await page.evaluate('typeof axe === "object"');
  if (!isThere) await evaluateLarge(page, AXE);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** As `page.evaluate`, which takes twice as long for a large script. */
async function evaluateLarge(page: Page, script: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: script });
  await session.detach();
}
