import { Console } from 'node:console';
import { Writable } from 'node:stream';

import { type Closers, takeDown } from './closers.ts';

/** The exit codes of the programs. */
export const EXIT = { ok: 0, failed: 1, interrupted: 130 };

/**
 * Plays until the end, or until SIGINT, SIGTERM or SIGHUP, takes down what was opened, and ends the process.
 * @param play adds to `closers` what it opens, and resolves with the exit code
 * @param interrupted the exit code after a signal
 */
export async function run(play: (closers: Closers) => Promise<number>, interrupted: number): Promise<never> {
  // The Signal library of the simulated phones logs whole sessions, keys included, to the console.
  globalThis.console = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));
  // Setting exitCode is not enough: whatever was still opening when Ctrl-C was pressed must not keep the process alive.
  process.exit(await outcome(play, interrupted));
}

async function outcome(play: (closers: Closers) => Promise<number>, interrupted: number): Promise<number> {
  const closers: Closers = [];
  try {
    return await Promise.race([play(closers), interruption(interrupted)]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  } finally {
    await takeDown(closers);
  }
}

function interruption(code: number): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(code));
  });
}
