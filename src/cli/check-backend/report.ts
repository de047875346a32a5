import type { Verdict } from './check.ts';
import type { Result, TestData } from './run-checks.ts';

/** Everything that a run found. */
export interface Report {
  url: string;
  /** `BACKEND_TIMEOUT`. */
  timeoutMs: number;
  results: readonly Result[];
  testData: TestData;
}

/** One line of the report. */
export function line({ verdict, title, advice }: Result): string {
  return `${verdict.padEnd('warning'.length)}  ${title}${advice === '' ? '' : `: ${advice}`}\n`;
}

/** What follows the lines: the counts, and what to delete. */
export function summary({ timeoutMs, results, testData }: Report): string {
  const { sessionIds, phoneNumbers, webhookIds } = testData;
  const counts = (['ok', 'warning', 'wrong', 'skipped'] as const).map((verdict) => count(results, verdict)).join(', ');
  const slowestMs = Math.max(...results.map((result) => result.slowestMs));
  return `
${results.length} checks: ${counts}. The slowest answer took ${slowestMs} ms; BACKEND_TIMEOUT allows ${timeoutMs} ms.

Your backend may want to delete what it stored of this test:
  sessions and all that belongs to them   ${sessionIds.join(', ')}
  their phone numbers                     ${phoneNumbers.join(', ')}
  webhook-ids that begin with             ${webhookIds}
`;
}

/** The report for programs, as one line of JSON. */
export function json({ url, timeoutMs, results, testData }: Report): string {
  return `${JSON.stringify({ success: isFlawless(results), url, timeoutMs, checks: results, testData })}\n`;
}

/** Whether nothing is wrong. Warnings are allowed. */
export function isFlawless(results: readonly Result[]): boolean {
  return results.every(({ verdict }) => verdict !== 'wrong');
}

function count(results: readonly Result[], wanted: Verdict): string {
  return `${results.filter(({ verdict }) => verdict === wanted).length} ${wanted}`;
}
