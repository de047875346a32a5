import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { DemoProcess } from '../tests/demo/demo-process.ts';
import { startBrowser } from '../tests/harness/browser.ts';

/** Takes the README's screenshot of the demo page: a picture, a reply, and a voice note that was sent while the orchestrator was down. */
const PICTURE = fileURLToPath(new URL('../docs/images/demo.png', import.meta.url));

const demo = new DemoProcess(['--port', '0']);
const browser = await startBrowser();
try {
  const page = await browser.newPage({
    locale: 'en-US',
    viewport: { width: 1320, height: 900 },
    reducedMotion: 'reduce',
  });
  await page.goto(await demo.prints(/http:\/\/127\.0\.0\.1:\d+/));
  await playStory(page);
  await mkdir(dirname(PICTURE), { recursive: true });
  await page.screenshot({ path: PICTURE, fullPage: true });
} finally {
  await browser.close();
  await demo[Symbol.asyncDispose]();
}

async function playStory(page: Page): Promise<void> {
  const callback = (name: string, words: string): Promise<void> =>
    page.locator(`[data-name="${name}"]`, { hasText: words }).waitFor();
  await page.getByRole('button', { name: 'Scan' }).click();
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.locator('#write-text').fill('Do you sell these beans?');
  await page.locator('#write-image').click();
  await callback('messages/received', 'these beans');
  await page.locator('#reply-text').fill('We do, roasted this morning.');
  await page.locator('#reply-text').press('Enter');
  await callback('messages/status-update', 'delivered');
  await page.getByRole('button', { name: 'Kill the orchestrator' }).click();
  await page.getByRole('button', { name: 'Start the orchestrator' }).waitFor();
  await page.locator('#write-voice').click();
  await page.getByRole('button', { name: 'Start the orchestrator' }).click();
  await callback('messages/received', 'while it was down');
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByText('is connected').click();
}
