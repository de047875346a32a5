import type { Browser, CDPSession, Page } from 'playwright-core';

/** The dashboard in a browser of its own, and what it costs the main thread of its page: CPU, in ms. */
export class DashboardPage implements AsyncDisposable {
  readonly #page: Page;
  readonly #devTools: CDPSession;

  private constructor(page: Page, devTools: CDPSession) {
    this.#page = page;
    this.#devTools = devTools;
  }

  /** Opens it as a new visitor, with an empty cache, until the sign-in is there. */
  static async open(browser: Browser, url: string): Promise<DashboardPage> {
    const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 900 } });
    const devTools = await page.context().newCDPSession(page);
    // Not the time that passed: others use the processor too.
    await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(`${url}/dashboard/`);
    await page.locator('#key').waitFor();
    return new DashboardPage(page, devTools);
  }

  /** What it has cost since it was opened. */
  async costMs(): Promise<number> {
    const { metrics } = await this.#devTools.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
  }

  /** Signs in. Resolves with the cost until all accounts are in the list, and what was to be painted is. */
  signIn(key: string, accounts: number): Promise<number> {
    return this.#costOf(async () => {
      await this.#page.locator('#key').fill(key);
      await this.#page.keyboard.press('Enter');
      await this.#untilShown(accounts);
    });
  }

  /** Types a text into the search field, and empties it at once. Resolves with the cost of each step. */
  async search(words: string, accounts: number): Promise<number[]> {
    const field = this.#page.locator('#find-words');
    await field.focus();
    const costs: number[] = [];
    for (const key of words) costs.push(await this.#costOf(() => this.#press(key)));
    costs.push(await this.#costOf(() => field.fill('')));
    await this.#untilShown(accounts);
    return costs;
  }

  /** One key, until the browser has painted what it changes. */
  async #press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
    await this.#untilPainted();
  }

  async #costOf(work: () => Promise<void>): Promise<number> {
    await this.#untilPainted();
    const beforeMs = await this.costMs();
    await work();
    await this.#untilPainted();
    return (await this.costMs()) - beforeMs;
  }

  /** Is told by the page itself: to search it again and again would cost it a tenth of what is measured. */
  async #untilShown(accounts: number): Promise<void> {
    await this.#page.evaluate(
      `new Promise((resolve) => {
        const rows = document.querySelector('#accounts');
        const look = () => rows.children.length >= ${accounts} && resolve();
        new MutationObserver(look).observe(rows, { childList: true });
        look();
      })`,
    );
    await this.#untilPainted();
  }

  async #untilPainted(): Promise<void> {
    await this.#page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page.context().close();
  }
}
