import { type Logger } from '../kit/logger.ts';
import { currentConnection } from '../whatsapp/baileys/connection-context.ts';

/** Counts what should not have happened. */
export interface ProcessGuard {
  /** Exceptions that nobody caught, since the start. */
  unexpected(): number;
}

/**
 * Keeps the process alive when something throws where nobody can catch it: Baileys does so for a bad frame or a
 * refused query of one account, and hundreds of others must not pay for it. It is logged with its stack and counted
 * in `/health`, never hidden; the line that it came from, where that is known, is opened anew.
 */
export function guardProcess(log: Logger): ProcessGuard {
  let count = 0;
  const note = (error: unknown): void => {
    count += 1;
    const connection = currentConnection();
    if (!connection) {
      log.error({ err: error }, 'an exception that nobody caught');
      return;
    }
    log.error(
      { err: error, sessionId: connection.sessionId },
      `[${connection.sessionId}] an exception that nobody caught`,
    );
    connection.failed(error);
  };
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return { unexpected: () => count };
}
