import { fileURLToPath } from 'node:url';

/** Written by a process when its next frame will cause an uncaught exception. */
export const WILL_GO_ASTRAY = 'CHAOS the next frame causes an uncaught exception';
/** The message of that exception. */
export const ASTRAY = 'nobody catches this';

/** The environment of a process in which SIGUSR2 makes the next frame of a connection cause an uncaught exception. */
export function straying(): Record<string, string> {
  return { NODE_OPTIONS: `--import=${fileURLToPath(new URL('preload/astray.ts', import.meta.url))}` };
}
