import { runScenarios } from '../chaos/run.ts';

/** Fixed, so that each run of the tests makes the same random decisions. */
const SEED = '2026';

/**
 * Runs a scenario of `npm run chaos` in its short size. Resolves with what it printed, and rejects with it when a promise was
 * broken.
 */
export async function runChaos(scenario: string): Promise<string> {
  const lines: string[] = [];
  const code = await runScenarios([scenario, '--size', 'short', '--seed', SEED], (line) => lines.push(line));
  const output = lines.join('\n');
  if (code !== 0) throw new Error(output);
  return output;
}
