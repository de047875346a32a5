import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import request from 'supertest';
import { type PostmanCollection, postmanCollection } from '../../scripts/postman.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { Secret } from '../../src/kit/secret.ts';
import { openPage, violationsOf } from '../dashboard/open-page.ts';
import { startBrowser } from '../harness/browser.ts';
import { openApiDocument } from '../harness/openapi-schemas.ts';
import { PageServer } from '../harness/page-server.ts';
import { CONNECTED, startApi } from './support.ts';

describe('GET /docs, in a browser', () => {
  it('shows every request, error and webhook without its scripts, in light and dark, also on a phone', async () => {
    await using server = await PageServer.start(startApi().app);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 800 }, javaScriptEnabled: false });
      const [asked, complaints] = [[] as string[], [] as string[]];
      page.on('request', (it) => asked.push(new URL(it.url()).pathname));
      page.on('console', (it) => complaints.push(it.text()));
      await page.goto(`http://${server.host}/docs#sendMessage`);

      expect(asked).toEqual(['/docs']);
      expect(complaints).toEqual([]);
      const headings = await page.getByRole('heading').allTextContents();
      expect(headings).toEqual(expect.arrayContaining([...ROUTES.map(({ summary }) => summary), 'A message arrived']));
      expect(await page.locator('#sendMessage').getByText('number_not_on_whatsapp').count()).toBe(1);
      const code = await page.locator('#sendMessage .code pre').allTextContents();
      expect(code[0]).toContain('curl -X POST "$ORCHESTRATOR_URL/sessions/');
      expect(code[1]).toMatch(/^const response = await client\.sendMessage\("session_[^"]*", \{\n {2}"number"/);
      const [light, dark] = [await screenshot(page, 'light'), await screenshot(page, 'dark')];
      expect(light).not.toEqual(dark);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);

      await searchAndTry(browser, `http://${server.host}`);
    } finally {
      await browser.close();
    }
  });
});

/** Finds a request with the keyboard, copies its code, and sends it. */
async function searchAndTry(browser: Browser, url: string): Promise<void> {
  const { page, troubles } = await openPage(browser, url, { viewport: { width: 390, height: 800 } }, '/docs');
  await page.keyboard.press('/');
  await page.keyboard.type('POST send-message');
  expect(await page.locator('nav li:visible').allTextContents()).toEqual([
    expect.stringContaining('Send a text message'),
  ]);
  expect(await page.locator('#found').textContent()).toBe('1 found');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#sendMessage$/);

  const article = page.locator('#sendMessage');
  await article.getByRole('button', { name: 'Copy curl' }).press('Enter');
  await article.locator('.code button', { hasText: /^(Copied|Press Ctrl\+C)$/ }).waitFor();
  await article.getByText('Try it').press('Enter');
  const send = article.getByRole('button', { name: 'Send POST' });
  await article.getByLabel('sessionId').fill(CONNECTED);
  await send.press('Enter');
  await article.getByText('"messageId": "3EB01"').waitFor();
  await article.getByLabel('Body').fill('{"number":"5491122334455","mesage":"<b>hola</b>"}');
  await send.press('Enter');
  await article.getByText('"field": "mesage"').waitFor();

  // All others look like these, and there are so many that axe would take minutes.
  await page.evaluate(
    'document.querySelectorAll("article:not(#sendMessage, #sendAnyMessage, #MessageReceived, #schema-Session)").forEach((it) => it.remove())',
  );
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violationsOf(page)).toEqual([]);
  }
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(troubles).toEqual([]);
}

describe('GET /docs/:name', () => {
  it('serves the scripts of the page, and nothing else', async () => {
    const { app } = startApi({ apiKeys: [new Secret('a-key')] });
    await request(app).get('/docs/page.js').expect(200).expect('Content-Type', 'text/javascript; charset=utf-8');
    await request(app).get('/docs/..%2Fpage.ts').expect(404);
    const { headers } = await request(app).get('/docs').expect(200);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']*'; script-src 'self'; connect-src 'self'; /,
    );
  });
});

describe('docs/postman.json', () => {
  const collection = JSON.parse(
    readFileSync(new URL('../../docs/postman.json', import.meta.url), 'utf8'),
  ) as PostmanCollection;

  it('matches the document: npm run openapi generates it', () => {
    expect(collection).toEqual(JSON.parse(JSON.stringify(postmanCollection(openApiDocument()))));
  });

  it('has the structure that Postman 2.1 imports, with every request once', () => {
    expect(collection.info.schema).toBe('https://schema.getpostman.com/json/collection/v2.1.0/collection.json');
    const requests = collection.item.flatMap(({ item }) => item.map((one) => one.request));
    const paths = requests.map(({ method, url }) => `${method} /${url.path.join('/')}`);
    expect(paths.sort()).toEqual(ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort());
    for (const { method, url, header, body } of requests) {
      const variables = url.path.filter((part) => part.startsWith(':')).map((part) => part.slice(1));
      expect(url.variable.map(({ key }) => key)).toEqual(variables);
      expect(url.raw.split('?')[0]).toBe(`{{baseUrl}}/${url.path.join('/')}`);
      expect(url.host).toEqual(['{{baseUrl}}']);
      for (const { value } of [...url.query, ...url.variable]) expect(value).toEqual(expect.any(String));
      expect(method === 'GET' ? body : undefined).toBeUndefined();
      expect(header).toHaveLength(body ? 1 : 0);
      if (body) expect(() => JSON.parse(body.raw) as unknown).not.toThrow();
    }
    expect(collection.variable.map(({ key }) => key)).toEqual(['baseUrl', 'apiKey']);
  });
});

/** A screenshot of the page in this color scheme. */
function screenshot(page: Page, colorScheme: 'light' | 'dark'): Promise<Buffer> {
  return page.emulateMedia({ colorScheme }).then(() => page.screenshot());
}
