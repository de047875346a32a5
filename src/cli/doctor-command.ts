import { answerTo, readArguments, UsageError } from './arguments.ts';
import type { Environment } from '../config/environment.ts';
import { VERSION } from '../version.ts';
import type { Terminal } from './check-backend-command.ts';
import type { Finding } from './doctor/finding.ts';
import { examine } from './doctor/examine.ts';

const USAGE = `npm run doctor [-- --json]

Says what is wrong with this installation: Node.js, settings, server, storage, backend, WhatsApp, clock. Changes nothing. Run it on the
machine of the server, as its user, with its settings.

  --json   prints one line of JSON, for programs
  --help, --version

Exits with 0 when nothing is wrong, with 1 when something is, and with 2 after an unknown argument.
`;

/** The command `npm run doctor`. Resolves with its exit code. */
export async function runDoctorCommand(
  args: string[],
  environment: Environment,
  { clock, print, complain }: Terminal,
): Promise<0 | 1 | 2> {
  const answer = answerTo(args, USAGE);
  if (answer !== undefined) {
    print(answer);
    return 0;
  }
  const options = parsed(args);
  if (typeof options === 'string') {
    complain(options);
    return 2;
  }
  const findings = await examine(environment, clock);
  const isWell = findings.every(({ verdict }) => verdict !== 'problem');
  print(options.json ? json(findings, isWell) : findings.map(lines).join(''));
  return isWell ? 0 : 1;
}

/** The options, or what is wrong with them. */
function parsed(args: string[]) {
  try {
    return readArguments({ args, options: { json: { type: 'boolean' } } }, USAGE).values;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function json(findings: readonly Finding[], success: boolean): string {
  return `${JSON.stringify({ success, version: VERSION, findings })}\n`;
}

function lines({ verdict, what, found, todo }: Finding): string {
  const indent = ' '.repeat('warning'.length + 2);
  return `${verdict.padEnd('warning'.length)}  ${what}: ${found}.\n${todo === '' ? '' : `${indent}→ ${todo}\n`}`;
}
