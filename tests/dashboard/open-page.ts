import axe from 'axe-core';
import decodeQR from 'qr/decode.js';
import { type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';

const PATIENCE_MS = 8_000;

/** What the browser says of each refusal; the page says it in its own words. */
const REFUSED = 'Failed to load resource: the server responded with a status of 4';
/** What it says of a server that is not there. */
const NOBODY_THERE = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/;

/** The dashboard in a browser of its own, and what of it nobody wants to see. */
export interface OpenPage {
  page: Page;
  /** Errors, breaches of the policy, and everything that was asked of another server. */
  troubles: string[];
  /** The address of everything that was asked for. */
  asked: string[];
}

/** Opens the dashboard as a new visitor. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options });
  // What does not come is told by its name, before the test's own time is over.
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
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
  await page.goto(`${url}/dashboard`);
  return { page, troubles, asked };
}

/** Writes the key into the form, and waits until what happens comes in. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.locator('#key').fill(key);
  await page.locator('#key').press('Enter');
  await page.locator('#live[data-line="live"], #live[data-line="limited"]').waitFor();
}

/** What a phone reads that looks at the picture. */
export async function readQr(picture: Locator): Promise<string> {
  const { width, height, dark } = await picture.evaluate(async (element) => {
    const image = element as any;
    await image.decode();
    const [width, height] = [image.naturalWidth, image.naturalHeight] as [number, number];
    const canvas = Object.assign((globalThis as any).document.createElement('canvas'), { width, height });
    const brush = canvas.getContext('2d');
    brush.drawImage(image, 0, 0);
    const { data } = brush.getImageData(0, 0, width, height);
    // A text: so many numbers would take half a minute on their way out of the browser.
    return {
      width,
      height,
      dark: Array.from({ length: width * height }, (_, at) => Number(data[4 * at] < 128)).join(''),
    };
  });
  const data = Uint8Array.from(dark.split('').flatMap((is) => (is === '1' ? [0, 0, 0, 255] : [255, 255, 255, 255])));
  return decodeQR({ width, height, data });
}

/** What axe finds fault with on the page as it is shown now: the rules, and where. */
export async function faultsOf(page: Page): Promise<string[]> {
  const isThere = await page.evaluate('typeof axe === "object"');
  if (!isThere) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
