import type { Logger } from '../kit/logger.ts';
import { currentConnection } from '../whatsapp/baileys/connection-context.ts';

/** Counts exceptions that nobody caught. */
export interface ProcessGuard {
  /** How many there were since the start. */
  unexpected(): number;
}

/**
 * Keeps the process alive when something throws where nobody can catch it: Baileys does so for a bad frame or a refused query of one
 * account, and hundreds of other accounts must not go down with it. Each exception is logged with its stack and counted in
 * `/health`. If it is known which connection caused it, that connection is replaced.
 */
export function guardProcess(log: Logger): ProcessGuard {
  let count = 0;
  const note = (error: unknown): void => {
    count += 1;
    const connection = currentConnection();
    if (!connection) {
      log.error({ err: error }, 'uncaught exception');
      return;
    }
    log.error({ err: error, sessionId: connection.sessionId }, `[${connection.sessionId}] uncaught exception`);
    connection.failed(error);
  };
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return { unexpected: () => count };
}
