import { pino } from 'pino';
import { describeFailure } from './failure.ts';

/** A structured log: an object first, then a constant message. */
export type Logger = pino.Logger;

/** `LOG_LEVEL` and `LOG_FORMAT`. */
export interface LogSettings {
  level: string;
  format: 'json' | 'pretty';
}

/** Creates the root logger, of which subsystems take children. A `Secret` is logged as `[secret]`. */
export async function createLogger(settings: LogSettings): Promise<Logger> {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own serializer copies everything that a library attached to its error.
    serializers: { err: (error: unknown) => describeFailure(error) },
  };
  if (settings.format === 'json') return pino(options);
  // A production server never loads it.
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ sync: true, ignore: 'pid,hostname' }));
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
