import { pino } from 'pino';
import pretty from 'pino-pretty';
import { describeFailure } from './failure.ts';

/** A structured log: an object first, then a constant message. */
export type Logger = pino.Logger;

/** `LOG_LEVEL` and `LOG_FORMAT`. */
export interface LogSettings {
  level: string;
  format: 'json' | 'pretty';
}

/** Creates the root logger, of which subsystems take children. A `Secret` is logged as `[secret]`. */
export function createLogger(settings: LogSettings): Logger {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own serializer copies everything that a library attached to its error.
    serializers: { err: (error: unknown) => describeFailure(error) },
  };
  return settings.format === 'pretty' ? pino(options, pretty({ sync: true, ignore: 'pid,hostname' })) : pino(options);
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
