import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CHILD_ENVIRONMENT } from './child-environment.ts';

const MAIN = fileURLToPath(new URL('../chaos/main.ts', import.meta.url));
/** Fixed, so that each run of the tests makes the same random decisions. */
const SEED = '2026';

/** The result of `npm run chaos`. */
export interface ChaosRun {
  /** 0 when all promises held. */
  code: number | null;
  output: string;
}

/**
 * Runs a scenario in its short size and prints its figure. It runs in its own process because Jest's sandbox makes the
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
