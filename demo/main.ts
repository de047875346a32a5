import { Console } from 'node:console';
import { Writable } from 'node:stream';

import { check } from './check.ts';
import { type Command, CommandLineError, HELP, readCommandLine } from './command-line.ts';
import { say } from './say.ts';
import { showPage } from './show-page.ts';
import { buildStage, type Closers, takeDown } from './stage.ts';

const EXIT = { failed: 1, wrongArguments: 2, interrupted: 130 };

/** The Signal library of the pretend phones prints sessions with their keys to the console. */
globalThis.console = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));

// Not only exitCode: what was just being opened when somebody pressed Ctrl-C must not keep the program alive.
process.exit(await run(readCommand()));

async function run(command: Command | undefined): Promise<number> {
  if (!command) return EXIT.wrongArguments;
  if (command.name === 'help') {
    say(HELP.trimEnd());
    return 0;
  }
  const closers: Closers = [];
  try {
    return await Promise.race([play(command, closers), interruption(command)]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  } finally {
    await takeDown(closers);
  }
}

async function play(command: Exclude<Command, { name: 'help' }>, closers: Closers): Promise<number> {
  const stage = await buildStage(closers);
  if (command.name === 'check') return (await check(stage)) ? 0 : EXIT.failed;
  return showPage(stage, command.port, closers);
}

/** Resolves when somebody wants it to end. A page ends in no other way; a check was not finished. */
function interruption({ name }: Command): Promise<number> {
  return new Promise((resolve) => {
    const end = (): void => resolve(name === 'page' ? 0 : EXIT.interrupted);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  });
}

function readCommand(): Command | undefined {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}
