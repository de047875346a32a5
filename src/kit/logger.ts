import { pino } from 'pino';
import pretty from 'pino-pretty';
import { describeFailure } from './failure.ts';

/** Structured log: an object first, then a constant sentence. */
export type Logger = pino.Logger;

/** How the log is written. */
export interface LogSettings {
  level: string;
  format: 'json' | 'pretty';
}

/** The root logger; subsystems take children of it. Secrets are `Secret`s and print as `[secret]`. */
export function createLogger(settings: LogSettings): Logger {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own would copy everything that a library hung on its error.
    serializers: { err: (error: unknown) => describeFailure(error) },
  };
  return settings.format === 'pretty' ? pino(options, pretty({ sync: true, ignore: 'pid,hostname' })) : pino(options);
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
