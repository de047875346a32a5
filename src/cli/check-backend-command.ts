import { readBackend } from '../config/config.ts';
import { type Environment, EnvironmentReader } from '../config/environment.ts';
import type { Clock } from '../kit/clock.ts';
import { OperatorError } from '../kit/operator-error.ts';
import { VERSION } from '../version.ts';
import type { DeliverySettings } from '../webhooks/delivery-client.ts';
import { isFlawless, json, line, summary } from './check-backend/report.ts';
import { type Result, runChecks } from './check-backend/run-checks.ts';
import { answerTo, readArguments as readOptions, UsageError } from './arguments.ts';

const USAGE = `npm run check-backend -- <url> [--json]

Posts every event to the main backend at <url> (BACKEND_BASE_URL), as the orchestrator does: also twice, out of order,
huge, with odd characters and unsigned. Says what the backend should do differently. No orchestrator takes part.

What it posts is test data, and the backend may store it: at the end stands what to delete.

  --json   prints one line of JSON, for programs
  --help, --version

From the environment or .env, as for the orchestrator: CALLBACK_SECRET, PRODUCTION_API_KEY, BACKEND_TIMEOUT, NODE_ENV.
Exits with 0 when nothing is wrong, with 1 when something is, and with 2 when nothing could be checked.
`;

/** What the command needs of its process. */
export interface Terminal {
  clock: Clock;
  /** To stdout. */
  print: (text: string) => unknown;
  /** To stderr. */
  complain: (text: string) => unknown;
}

/** The exit code of the command. */
export type ExitCode = 0 | 1 | 2;

/** The command `npm run check-backend`. Prints each result as soon as it is known; resolves with the exit code. */
export async function runCheckCommand(
  args: string[],
  environment: Environment,
  { clock, print, complain }: Terminal,
): Promise<ExitCode> {
  try {
    const answer = answerTo(args, USAGE);
    if (answer !== undefined) {
      print(answer);
      return 0;
    }
    const { url, asJson } = readArguments(args);
    const settings = readSettings(url, environment);
    const results: Result[] = [];
    const testData = await runChecks(settings, clock, (result) => {
      results.push(result);
      if (!asJson) print(line(result));
    });
    const report = { url: settings.baseUrl, timeoutMs: settings.timeoutMs, results, testData };
    print(asJson ? json(report) : summary(report));
    return isFlawless(results) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    complain(`${error.message}\n`);
    return 2;
  }
}

function readArguments(args: string[]): { url: string; asJson: boolean } {
  const config = { args, options: { json: { type: 'boolean' } }, allowPositionals: true } as const;
  const { values, positionals } = readOptions(config, USAGE);
  const [url = '', ...rest] = positionals;
  if (url === '' || rest.length > 0) throw new UsageError(USAGE);
  return { url, asJson: values.json === true };
}

/** The address stands for `BACKEND_BASE_URL`; everything else is as an orchestrator in this environment has it. */
function readSettings(url: string, environment: Environment): DeliverySettings {
  const read = new EnvironmentReader({ ...environment, BACKEND_BASE_URL: url });
  const production = environment.NODE_ENV === 'production';
  const { baseUrl, apiKey, signingSecret: secret, timeoutMs } = readBackend(read, production);
  read.check();
  return { baseUrl, apiKey, secret, timeoutMs, version: VERSION };
}
