#!/usr/bin/env node
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';

import { CommandLineError, HELP, readCommandLine } from './command-line.ts';
import { instructionsFor } from './instructions.ts';
import type { SimulatorOptions } from './options.ts';
import type { Simulator } from './simulator.ts';

const EXIT = { failed: 1, wrongArguments: 2 };

/** libsignal prints sessions with their keys to the console; standard output is reserved for the line of JSON. */
globalThis.console = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));

await run(process.argv.slice(2));

async function run(args: string[]): Promise<void> {
  try {
    const command = readCommandLine(args);
    if (command.name === 'help') process.stdout.write(HELP);
    else if (command.name === 'version') process.stdout.write(`${version()}\n`);
    else await serve(command.options);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    giveUp(error.message, EXIT.wrongArguments);
  }
}

/** From package.json, which is beside this file in the repository and in the package. */
function version(): string {
  return (JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

async function serve(options: SimulatorOptions): Promise<void> {
  const simulator = await start(options);
  if (!simulator) return;
  const { wsUrl, rootKey, mediaHost, controlUrl } = simulator;
  process.stdout.write(`${JSON.stringify({ wsUrl, rootKey, mediaHost, controlUrl })}\n`);
  process.stderr.write(instructionsFor(simulator));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void simulator[Symbol.asyncDispose]());
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
