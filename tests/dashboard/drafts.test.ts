import type { Browser } from 'playwright-core';
import { ask } from '../harness/ask.ts';
import { startBrowser } from '../harness/browser.ts';
import { startWorld } from '../harness/world.ts';
import { openPage, signIn, violationsOf } from './open-page.ts';

const KEY = 'the-key-of-the-house';
const HEADERS = { authorization: `Bearer ${KEY}` };
const SHOP = '5491122334455';
const ANA = '5491155501234';

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());

it('the dashboard shows what a key wants to send, and sends it once a person approves it', async () => {
  await using world = await startWorld({ environment: { API_KEY: KEY } });
  const { url } = world.orchestrator;
  const ana = world.whatsapp.phone(ANA, 'Ana Torres');
  const { body: qr } = await ask(`${url}/generate-qr`, { method: 'GET', headers: HEADERS });
  await world.whatsapp.phone(SHOP, 'Café Sol').scan(qr.qrText as string);
  await world.backend.next('sessions/new-session-connected');
  const spec = { scopes: ['messages:send'], approval: true };
  const { body } = await ask(`${url}/keys`, { method: 'POST', body: spec, headers: HEADERS });
  for (const message of ['Shall we deliver tomorrow?', 'Send me your password.']) {
    const headers = { authorization: `Bearer ${body.key}` };
    const path = `/sessions/${qr.sessionId}/send-message`;
    await ask(`${url}${path}`, { method: 'POST', body: { number: ANA, message }, headers });
  }
  const { page, troubles } = await openPage(browser, url);
  await signIn(page, KEY);

  await page.getByRole('heading', { name: 'Waiting for your approval' }).waitFor();
  const draft = (words: string) => page.locator('#drafts li').filter({ hasText: words });
  expect(await violationsOf(page)).toEqual([]);
  await draft('password').getByRole('button', { name: 'Discard' }).click();
  await page.getByText('The message was discarded.').waitFor();
  await draft('password').waitFor({ state: 'detached' });
  await draft('deliver').getByRole('button', { name: 'Approve and send' }).click();

  await page.getByText('The message was sent.').waitFor();
  expect(await ana.next()).toMatchObject({ from: SHOP, text: 'Shall we deliver tomorrow?' });
  await page.locator('#drafts-card').waitFor({ state: 'hidden' });
  expect(troubles).toEqual([]);
  await page.context().close();
});
