import { Console } from 'node:console';
import { Writable } from 'node:stream';

import { type Command, CommandLineError, HELP, readCommandLine } from './command-line.ts';
import type { SimulatorOptions } from './options.ts';
import type { Simulator } from './simulator.ts';

const EXIT = { failed: 1, wrongArguments: 2 };

/** libsignal prints sessions with their keys to the console; standard output is reserved for the line of JSON. */
globalThis.console = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));

await run(readCommand());

async function run(command: Command | undefined): Promise<void> {
  if (!command) return;
  if (command.name === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await start(command.options);
  if (!simulator) return;
  const { wsUrl, rootKey, mediaHost, controlUrl } = simulator;
  process.stdout.write(`${JSON.stringify({ wsUrl, rootKey, mediaHost, controlUrl })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void simulator[Symbol.asyncDispose]());
  }
}

function readCommand(): Command | undefined {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    giveUp(error.message, EXIT.wrongArguments);
    return undefined;
  }
}

async function start(options: SimulatorOptions): Promise<Simulator | undefined> {
  try {
    // Loaded only now, so that a wrong argument is refused at once.
    const { startSimulator } = await import('./start-simulator.ts');
    return await startSimulator(options);
  } catch (error) {
    giveUp(sentenceFor(error as NodeJS.ErrnoException), EXIT.failed);
    return undefined;
  }
}

function sentenceFor({ code, message, ...rest }: NodeJS.ErrnoException & { port?: number }): string {
  if (code === 'EADDRINUSE') return `Port ${rest.port ?? ''} is in use.`;
  return `The simulator cannot start: ${message}.`;
}

function giveUp(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
}
