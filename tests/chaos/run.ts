import { type Command, help, readArguments, type RunOptions } from './command-line.ts';
import { Dice } from './dice.ts';
import { messagesOf } from './ledger.ts';
import type { Outcome, Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

/** Prints a line. */
type Say = (line: string) => void;

/**
 * Does what `npm run chaos` does. Returns its exit code: 0 when all promises held, 1 when one was broken, 2 for invalid
 * arguments.
 */
export async function runScenarios(args: readonly string[], say: Say): Promise<number> {
  let command: Command;
  try {
    command = readArguments(args, SCENARIOS);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  if (command.name === 'help') {
    say(help(SCENARIOS));
    return 0;
  }
  const { options } = command;
  say(`seed ${options.seed}, size ${options.size}`);
  let broken = 0;
  for (const scenario of options.scenarios) broken += (await holds(scenario, options, say)) ? 0 : 1;
  return broken === 0 ? 0 : 1;
}

/** Runs one scenario and prints its result. Returns whether all promises held. */
async function holds(scenario: Scenario, { size, seed, changes }: RunOptions, say: Say): Promise<boolean> {
  const begin = performance.now();
  try {
    const outcome = await scenario.run({ ...scenario.sizes[size], ...changes }, new Dice(seed));
    say(`${scenario.name}: ${outcome.figure} (${Math.round((performance.now() - begin) / 1000)} s)`);
    const problems = [...outcome.problems, ...problemsOfJudge(outcome)];
    for (const problem of problems) say(`  BROKEN: ${problem}`);
    return problems.length === 0;
  } catch (error) {
    say(`${scenario.name}: aborted: ${error instanceof Error ? error.stack : String(error)}`);
    return false;
  }
}

/**
 * Repeats the comparison without one of the received messages: if that goes unnoticed, the comparison proves nothing.
 */
function problemsOfJudge({ evidence }: Outcome): string[] {
  if (!evidence) return [];
  const { ledger, accepted } = evidence;
  const lost = messagesOf(accepted).at(-1);
  const id = lost?.headers['webhook-id'];
  const problems = ledger.compare(accepted.filter(({ headers }) => headers['webhook-id'] !== id));
  return problems.length > 0 ? [] : ['the comparison does not notice a missing message'];
}
