import { Dice } from './dice.ts';
import { type Order, readOrder } from './command-line.ts';
import { messagesOf } from './ledger.ts';
import { type Outcome, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

/** The Signal library of the simulator's phones prints whole sessions, with their keys, on every change. */
Object.assign(globalThis.console, { log: noop, info: noop, warn: noop, error: noop });

process.once('SIGTERM', () => process.exit(3));
process.exit(await main());

/** Answers the exit code: 0 when all held, 1 when something did not, 2 when it was not understood. */
async function main(): Promise<number> {
  let order: Order;
  try {
    order = readOrder(process.argv.slice(2), SCENARIOS);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  say(`seed ${order.seed}, size ${order.size}`);
  let broken = 0;
  for (const scenario of order.scenarios) broken += (await holds(scenario, order)) ? 0 : 1;
  return broken === 0 ? 0 : 1;
}

/** Runs one scenario and says what came of it; answers whether all that is promised held. */
async function holds(scenario: Scenario, { size, seed, changes }: Order): Promise<boolean> {
  const begin = performance.now();
  try {
    const outcome = await scenario.run({ ...scenario.sizes[size], ...changes }, new Dice(seed));
    say(`${scenario.name}: ${outcome.figure} (${Math.round((performance.now() - begin) / 1000)} s)`);
    const problems = [...outcome.problems, ...blindness(outcome)];
    for (const problem of problems) say(`  BROKEN: ${problem}`);
    return problems.length === 0;
  } catch (error) {
    say(`${scenario.name}: could not be run to its end: ${error instanceof Error ? error.stack : String(error)}`);
    return false;
  }
}

/** Judges once more as if the backend had never got one of the messages: a judgement that likes that proves nothing. */
function blindness({ evidence }: Outcome): string[] {
  if (!evidence) return [];
  const { ledger, accepted } = evidence;
  const lost = messagesOf(accepted).at(-1);
  const id = lost?.headers['webhook-id'];
  const problems = ledger.compare(accepted.filter(({ headers }) => headers['webhook-id'] !== id));
  return problems.length > 0 ? [] : ['the judgement does not notice a message that is taken away'];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function noop(): void {
  // Not printed.
}
