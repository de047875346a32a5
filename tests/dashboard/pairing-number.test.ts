import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openPage, signIn, violationsOf } from './open-page.ts';

const KEY = 'the-key-of-the-house';

describe('the number for a pairing code, in a real Chromium', () => {
  let browser: Browser;
  let world: World;

  beforeAll(async () => {
    [browser, world] = await Promise.all([startBrowser(), startWorld({ environment: { API_KEY: KEY } })]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  async function openDialog(locale: string, button: RegExp, way: RegExp) {
    const opened = await openPage(browser, world.orchestrator.url, { locale, viewport: { width: 390, height: 844 } });
    await signIn(opened.page, KEY);
    expect(opened.asked.some((url) => url.endsWith('libphonenumber.js'))).toBe(false);
    await opened.page.getByRole('button', { name: button }).first().click();
    await opened.page.getByRole('button', { name: way }).click();
    await opened.page.locator('#code-country option').nth(200).waitFor({ state: 'attached' });
    return opened;
  }
  const type = (page: Page, number: string) => page.locator('#code-number').fill(number);
  const used = (page: Page, words: string) => page.locator('#code-as', { hasText: words }).waitFor();

  it('is shown as it is used, and asks in Spanish whether the 9 is missing', async () => {
    const { page, troubles } = await openDialog('es-AR', /Conectar/, /Código de vinculación/);
    const country = page.locator('#code-country');
    expect(await country.inputValue()).toBe('AR');
    await type(page, '11 2233-4455');
    await used(page, 'Se usa como +54 11 2233 4455.');
    await page.getByText('¿Falta el 9?').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.locator('#use-other').focus();
    await page.keyboard.press('Enter');
    await used(page, '+54 9 11 2233 4455');
    await page.locator('#code-other').waitFor({ state: 'hidden' });
    expect(await page.locator(':focus').getAttribute('id')).toBe('code-number');
    await page.keyboard.press('Enter');
    await page.locator('#code', { hasText: '-' }).waitFor();
    expect(world.whatsapp.stats().connections).toBeGreaterThan(0);
    expect(troubles).toEqual([]);
  });

  it('takes the country by its name and the keyboard, and asks for Mexico and Brazil', async () => {
    const { page, troubles } = await openDialog('en-US', /Connect an account/, /Pairing code/);
    await page.locator('#code-country').focus();
    await page.keyboard.type('Brazi');
    expect(await page.locator('#code-country').inputValue()).toBe('BR');
    await type(page, '(11) 8765-4321');
    await used(page, 'It is used as +55');
    await page.getByText('Is the 9 missing?').waitFor();
    await page.getByRole('button', { name: 'Use +55 11 98765 4321' }).waitFor();
    await type(page, '+52 1 55 1234 5678');
    await used(page, 'It is used as +52 1 55 1234 5678.');
    await page.getByRole('button', { name: 'Use +52 55 1234 5678' }).click();
    await used(page, 'It is used as +52 55 1234 5678.');
    await type(page, '+54 9 11 2233 4455');
    await page.locator('#code-other').waitFor({ state: 'hidden' });
    expect(troubles).toEqual([]);
  });
});
