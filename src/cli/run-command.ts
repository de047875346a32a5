import dotenv from 'dotenv';
import { OperatorError } from '../kit/operator-error.ts';

/** Runs a command of the operator's with the settings in `.env`: prints its output, or one sentence that says why it failed. */
export async function runCommand(command: () => Promise<string>): Promise<void> {
  dotenv.config({ quiet: true });
  try {
    process.stdout.write(await command());
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof OperatorError ? error.message : String(error)}\n`);
  }
}
