import { HELP, readExampleCommand } from './command-line.ts';
import { readOrRefuse } from '../command-line.ts';
import { print } from '../print.ts';
import { EXIT, run } from '../run.ts';

const command = readOrRefuse(readExampleCommand);
if (command?.name === 'help') print(HELP.trimEnd());
// Loaded only now: the backend alone needs neither a simulator nor the development packages.
else if (command?.name === 'backend') await import('../../examples/backend/main.ts');
else if (command) {
  await run(async (closers) => {
    const { playExample } = await import('./play.ts').catch(withoutPackages);
    return playExample(closers, command.port);
  }, EXIT.ok);
}

function withoutPackages(cause: NodeJS.ErrnoException): never {
  if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  throw new Error('--demo needs the packages for developers too: run npm ci.', { cause });
}
