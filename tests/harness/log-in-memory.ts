import { createLogger, type Logger } from '../../src/kit/logger.ts';
import { LogOutput } from '../../src/kit/log-output.ts';

/** A log of everything, as a process writes it, that is kept as text. */
export interface LogInMemory {
  log: Logger;
  /** The lines so far. */
  text: () => string;
}

/** Creates an empty one. */
export async function logInMemory(): Promise<LogInMemory> {
  const lines: string[] = [];
  const output = { waiting: 0, flushed: () => Promise.resolve(), write: (text: string) => void lines.push(text) };
  const log = await createLogger({ level: 'trace', format: 'json' }, new LogOutput(output));
  return { log, text: () => lines.join('') };
}
