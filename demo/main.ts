import { Console } from 'node:console';
import { Writable } from 'node:stream';

import { type Closers, takeDown } from './closers.ts';
import { type Command, CommandLineError, HELP, readCommandLine } from './command-line.ts';
import { print } from './print.ts';

const EXIT = { failed: 1, wrongArguments: 2, interrupted: 130 };

/** The Signal library of the simulated phones logs whole sessions, keys included, to the console. */
globalThis.console = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));

// Setting exitCode is not enough: whatever was still opening when Ctrl-C was pressed must not keep the process alive.
process.exit(await run(readCommand()));

async function run(command: Command | undefined): Promise<number> {
  if (!command) return EXIT.wrongArguments;
  if (command.name === 'help') {
    print(HELP.trimEnd());
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
  // Loaded only now, so that a wrong option is refused at once.
  const { buildStage } = await import('./stage.ts');
  const stage = await buildStage(closers, command.nodes);
  if (command.name === 'check') {
    const { check } = await import('./check.ts');
    return (await check(stage)) ? 0 : EXIT.failed;
  }
  const { showPage } = await import('./show-page.ts');
  return showPage(stage, command.port, closers);
}

/** Resolves with the exit code on SIGINT, SIGTERM or SIGHUP. That is how a page ends normally; for a check it is a failure. */
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
