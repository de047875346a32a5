import type { Closers } from './closers.ts';
import { type Command, HELP, readCommandLine, readOrRefuse } from './command-line.ts';
import { print } from './print.ts';
import { EXIT, run } from './run.ts';

const command = readOrRefuse(readCommandLine);
if (command?.name === 'help') print(HELP.trimEnd());
// Ctrl-C is how a page ends normally; for a check it is a failure.
else if (command) await run((closers) => play(command, closers), command.name === 'page' ? EXIT.ok : EXIT.interrupted);

async function play(command: Exclude<Command, { name: 'help' }>, closers: Closers): Promise<number> {
  // Loaded only now, so that a wrong option is refused at once.
  const { buildStage } = await import('./stage.ts');
  const stage = await buildStage(closers, command.nodes);
  if (command.name === 'check') {
    const { check } = await import('./check.ts');
    return (await check(stage)) ? EXIT.ok : EXIT.failed;
  }
  const { showPage } = await import('./show-page.ts');
  return showPage(stage, command.port, closers);
}
