import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { emptyPage } from '../harness/browser-page.ts';
import { startHttpServer } from '../harness/http-server.ts';
import { cleanUpLater } from '../harness/jest/clean-ups.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The page of README.md, verbatim but for its token. */
export function readmePage(token = ''): string {
  const [, html = ''] = /^```html\n(.*?)^```/ms.exec(README) ?? [];
  return html.replace("const token = '';", `const token = '${token}';`);
}

/** Opens a page that calls the orchestrator at its usual address, with the one at `url` in its place. It is served from this machine. */
export async function openSnippet(browser: Browser, html: string, url: string): Promise<Page> {
  const body = html.replaceAll('http://localhost:3000', url);
  const server = await startHttpServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(body);
  });
  cleanUpLater(() => server[Symbol.dispose]());
  const page = await emptyPage(browser);
  // Shorter than the test's own timeout, so that a failure names what is missing.
  page.setDefaultTimeout(8_000);
  await page.goto(server.url);
  return page;
}
