import { pino } from 'pino';
import { describeFailure } from './failure.ts';
import type { LogOutput } from './log-output.ts';

/** A structured log: an object first, then a constant message. */
export type Logger = pino.Logger;

/** `LOG_LEVEL` and `LOG_FORMAT`. */
export interface LogSettings {
  level: string;
  format: 'json' | 'pretty';
}

/** Creates the root logger, of which subsystems take children. A `Secret` is logged as `[secret]`. */
export async function createLogger(settings: LogSettings, output: LogOutput): Promise<Logger> {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own serializer copies everything that a library attached to its error.
    serializers: { err: (error: unknown) => describeFailure(error) },
  };
  const log = pino(options, settings.format === 'pretty' ? await prettified(output) : output);
  output.onRecovered = (dropped) => log.warn({ dropped }, 'lines of the log could not be written and were dropped');
  return log;
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });

/** Loaded only here: a server that logs JSON never needs it. */
async function prettified(destination: LogOutput): Promise<NodeJS.WritableStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination, ignore: 'pid,hostname' });
}
