import { proto } from '@whiskeysockets/baileys';
import type { BrowserContextOptions } from 'playwright-core';
import type { Phone } from '../../simulator/phones/phone.ts';
import { ask } from '../harness/ask.ts';
import type { World } from '../harness/world.ts';
import { type OpenPage, violationsOf } from './open-page.ts';

const SHOP = '5491122334455';
/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** The stage of {@link readAndAnswer}: an account that is connected, and a dashboard that shows messages. */
interface Stage {
  world: World;
  shop: Phone;
  /** Of an admin. */
  key: string;
  /** The dashboard, signed in with this key, or as an admin. */
  open: (options: BrowserContextOptions, key?: string) => Promise<OpenPage>;
}

/** Reads a stranger's conversation and answers, as an admin; then as somebody whose key may not read it. */
export async function readAndAnswer({ world, shop, key, open }: Stage): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const { url } = world.orchestrator;
  const [{ session_id: id }] = (await ask(`${url}/sessions`, { method: 'GET', headers })).body.data.filter(
    ({ phone_number: number }: any) => number === SHOP,
  );
  await ask(`${url}/sessions/${id}/history`, { method: 'PATCH', body: { days: 30 }, headers });
  const stranger = world.whatsapp.phone('5491155509876', `\u202E<img src=x onerror=alert(1)> ${'long '.repeat(100)}`);
  const chat = `#/accounts/${id}/chats/${encodeURIComponent('5491155509876@s.whatsapp.net')}`;
  const HOSTILE = `<script>document.title = 'owned'</script>\u202E${'لا'.repeat(2_000)}`;
  for (let at = 1; at <= 50; at += 1) await stranger.sendText(shop, `Order ${at}.`);
  const edited = await stranger.sendText(shop, 'At six.');
  await stranger.edit(edited, 'At seven.');
  const gone = await stranger.sendText(shop, 'At nine.');
  const original = { remoteJid: `${SHOP}@s.whatsapp.net`, fromMe: true, id: gone };
  await stranger.send(shop, { protocolMessage: { key: original, type: proto.Message.ProtocolMessage.Type.REVOKE } });
  await stranger.sendMedia(shop, { kind: 'image', bytes: PIXEL, mimetype: 'image/png', caption: 'Look' });
  await stranger.sendText(shop, HOSTILE);
  await world.backend.next(({ body }) => body.message_content === HOSTILE);

  const { page, troubles } = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  const log = page.getByRole('log');
  const message = (words: string) => log.getByRole('listitem').filter({ hasText: words });
  await page.locator('#accounts').getByRole('link', { name: '+54 9 11 2233 4455' }).click();
  await page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: '<img src=x' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('#chat-title:focus', { hasText: /^<img src=x onerror=alert\(1\)> (long )+l…$/ }).waitFor();
  expect(new URL(page.url()).hash).toBe(chat);
  await message('<script>document.title').getByText('Show all of it').waitFor();
  expect(await message('At six.').textContent()).toContain('edited later');
  expect(await message('At nine.').textContent()).toContain('deleted later');
  expect(await message('At seven.').textContent()).toContain('Edited a message');
  await message('Look').getByRole('button', { name: 'Show the picture' }).click();
  await page.getByRole('img', { name: 'Picture of this message' }).waitFor();
  expect(await message('Order 1.').count()).toBe(0);
  await page.getByRole('button', { name: 'Older messages' }).click();
  await message('Order 1.').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(await page.locator('html').evaluate((html: any) => html.scrollWidth)).toBe(390);

  await page.getByLabel('Reply').fill('At eight.');
  await page.keyboard.press('Enter');
  expect(await stranger.next()).toMatchObject({ from: SHOP, text: 'At eight.' });
  await message('At eight.').getByText('This account').waitFor();
  await stranger.sendText(shop, 'Thank you!');
  await message('Thank you!').waitFor();
  expect(await log.getByRole('listitem').last().textContent()).toContain('Thank you!');
  expect(await page.title()).toMatch(
    /^<img src=x onerror=alert\(1\)> .*… · \+54 9 11 2233 4455 · WhatsApp Orchestrator$/,
  );
  await page.goBack();
  await page.getByRole('heading', { name: '+54 9 11 2233 4455' }).waitFor();

  const body = { scopes: ['sessions:read', 'messages:send'] };
  const limited = (await ask(`${url}/keys`, { method: 'POST', body, headers })).body;
  const other = await open({ locale: 'es-AR' }, limited.key as string);
  const refused = other.page.waitForResponse((response) => response.url().endsWith('/chats?limit=20'));
  await other.page.evaluate((hash) => ((globalThis as any).location.hash = hash), chat);
  expect((await refused).status()).toBe(403);
  await other.page.getByRole('heading', { name: '+54 9 11 2233 4455' }).waitFor();
  for (const hidden of ['#chat', '#chats-card']) expect(await other.page.locator(hidden).isVisible()).toBe(false);
  await ask(`${url}/sessions/${id}/history`, { method: 'PATCH', body: { days: null }, headers });
  expect([...troubles, ...other.troubles]).toEqual([]);
}
