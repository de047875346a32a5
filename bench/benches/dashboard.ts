import { startBrowser } from '../../tests/harness/browser.ts';
import type { Bench, Size } from '../bench.ts';
import { DashboardPage } from '../parties/dashboard-page.ts';
import { API_KEY } from '../parties/orchestrator-process.ts';
import { TestBed } from '../parties/test-bed.ts';

interface DashboardSize extends Size {
  accounts: number;
}

/** The most that a person should not notice. */
const UNNOTICED = { atMost: 100 };

/** What is typed into the search field: part of the number of one account in ten or so. */
const WORDS = '000001';

/** The bench `dashboard`; docs/performance.md describes it. */
export const dashboard: Bench<DashboardSize> = {
  name: 'dashboard',
  measures: 'main-thread work of the dashboard with many accounts: first paint, and typing in the search field',
  sizes: { full: { accounts: 300 }, quick: { accounts: 12 } },
  async run(task) {
    const { accounts } = task.size;
    await using testBed = await TestBed.open(task);
    const orchestrator = await testBed.orchestrator();
    await testBed.link(orchestrator, accounts);
    await using browser = await startBrowser();
    const costs = { load: [] as number[], list: [] as number[], key: [] as number[], clear: [] as number[] };
    for (let run = 0; run < task.runs; run += 1) {
      await using page = await DashboardPage.open(browser, orchestrator.rest.url);
      costs.load.push(await page.costMs());
      costs.list.push(await page.signIn(API_KEY, accounts));
      const steps = await page.search(WORDS, accounts);
      costs.key.push(Math.max(...steps.slice(0, -1)));
      costs.clear.push(steps.at(-1) ?? NaN);
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    return [
      { name: 'the page, until the sign-in is painted', unit: 'ms', values: costs.load },
      { name: 'from the sign-in until all accounts are painted', unit: 'ms', values: costs.list, bound: UNNOTICED },
      { name: 'the dearest key typed in the search field', unit: 'ms', values: costs.key, bound: UNNOTICED },
      { name: 'emptying the search field', unit: 'ms', values: costs.clear, bound: UNNOTICED },
    ];
  },
};
