import type { Page } from 'playwright-core';
import type { Phone } from '../../simulator/phones/phone.ts';
import { wordsOfFirstSteps } from '../docs/first-steps.ts';
import { readQr } from './open-page.ts';

/** What is sent. */
export const GREETING = 'Buenos días.';

/** The account of the steps: its phone unlinks it, and links it again. */
interface Account {
  unlinked: Phone;
  /** Its number, as the page shows it. */
  shown: string;
  /** The number that gets the {@link GREETING}. */
  writtenTo: string;
}

/** Does in a Spanish dashboard what `docs/first-steps.md` says, by the words that are there. */
export async function followFirstSteps(page: Page, apiKey: string, account: Account): Promise<void> {
  const words = wordsOfFirstSteps();
  const [key, enter, settings, connect, connected, view, test, to, text, send, sent, recent] = words;
  const [unlinked, again, deliveries, leave] = words.slice(12);
  const button = (name: string | undefined) => page.getByRole('button', { name: name!, exact: true });
  const link = (name: string | undefined) => page.getByRole('link', { name: name! });

  await page.getByLabel(key!).fill(apiKey);
  await button(enter).click();
  await link(settings).waitFor();
  await account.unlinked.unlink();
  const row = page.locator('#accounts').getByRole('link', { name: account.shown });
  await row.getByText('Desconectada').waitFor();
  await row.getByText(unlinked!).waitFor();
  await row.click();
  await page.getByText(`Pulsa «${again}»`).waitFor();
  await button(again).waitFor();

  await link('Cuentas').click();
  await button(connect).click();
  const picture = page.getByRole('img', { name: 'Código QR para vincular una cuenta' });
  await picture.waitFor();
  await account.unlinked.scan(await readQr(picture));
  await page.getByText(connected!, { exact: true }).waitFor();
  await button(view).click();
  await page.getByRole('heading', { name: test! }).waitFor();
  await page.getByLabel(to!).fill(account.writtenTo);
  await page.getByLabel(text!, { exact: true }).fill(GREETING);
  await button(send).click();
  await page.getByText(sent!, { exact: true }).waitFor();
  await page.getByRole('heading', { name: recent! }).waitFor();
  await link(deliveries).waitFor();
  await button(leave).click();
  await button(enter).waitFor();
}
