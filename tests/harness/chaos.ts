import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CHILD_ENVIRONMENT } from './child-environment.ts';

const MAIN = fileURLToPath(new URL('../chaos/main.ts', import.meta.url));
/** One for all tests, so that they throw the same dice each time. */
const SEED = '2026';

/** How a run of `npm run chaos` ended. */
export interface ChaosRun {
  /** 0 when all that is promised held. */
  code: number | null;
  output: string;
}

/**
 * Runs a scenario in its short size and prints its figure. It is a process of its own since Jest's sandbox makes the
 * cryptography of the simulator's phones several times slower.
 */
export async function runChaos(...args: string[]): Promise<ChaosRun> {
  const all = [MAIN, ...args, '--size', 'short', '--seed', SEED];
  const child = spawn(process.execPath, all, {
    env: { ...process.env, ...CHILD_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  process.stdout.write(output);
  return { code: code as number | null, output };
}
