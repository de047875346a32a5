import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import decodeQR from 'qr/decode.js';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { emptyPage } from '../harness/browser-page.ts';

const PATIENCE_MS = 8_000;

/** What the browser logs for each refused request; the page shows a text of its own. */
const REFUSED = 'Failed to load resource: the server responded with a status of 4';
/** What it logs when the server is unreachable. */
const NOBODY_THERE = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/;

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

/** Opens the dashboard, or the page at another path, as a new visitor, until the end of the test. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  path = '/dashboard',
): Promise<OpenPage> {
  const page = await emptyPage(browser, options);
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
  await page.goto(`${url}${path}`);
  return { page, troubles, asked };
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
