import { type Logger } from './kit/logger.ts';

/** Counts what should not have happened. */
export interface ProcessGuard {
  /** Exceptions that nobody caught, since the start. */
  unexpected(): number;
}

/**
 * Keeps the process alive when something throws where nobody can catch it: Baileys does so for a bad frame or a
 * refused query of one account, and hundreds of others must not pay for it. It is logged with its stack and counted
 * in `/health`, never hidden.
 */
export function guardProcess(log: Logger): ProcessGuard {
  let count = 0;
  const note = (error: unknown): void => {
    count += 1;
    log.error({ err: error }, 'an exception that nobody caught');
  };
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return { unexpected: () => count };
}
