import dotenv from 'dotenv';
import { OperatorError } from '../kit/operator-error.ts';
import { answerTo, UsageError } from './arguments.ts';

/** What a program prints, and its exit code. */
export interface Outcome {
  code: 0 | 1 | 2;
  out: string;
  err: string;
}

/** A command of the operator's; resolves with its output. */
type Command = (args: string[]) => Promise<string>;

/** Runs a command of the operator's with the settings in `.env`: prints its output, or one sentence that says why it failed. */
export async function runCommand(usage: string, command: Command): Promise<void> {
  dotenv.config({ quiet: true });
  const { code, out, err } = await outcomeOf(process.argv.slice(2), usage, command);
  process.exitCode = code;
  process.stdout.write(out);
  process.stderr.write(err);
}

/** What becomes of a command: 0 when it worked, 2 when its arguments are wrong, otherwise 1. `--help` and `--version` work for each. */
export async function outcomeOf(args: string[], usage: string, command: Command): Promise<Outcome> {
  const answer = answerTo(args, usage);
  if (answer !== undefined) return { code: 0, out: answer, err: '' };
  try {
    return { code: 0, out: await command(args), err: '' };
  } catch (error) {
    const said = error instanceof OperatorError ? error.message : String(error);
    return { code: error instanceof UsageError ? 2 : 1, out: '', err: `${said.trimEnd()}\n` };
  }
}
