import { readArguments, UsageError } from '../src/cli/arguments.ts';
import { runCommand } from '../src/cli/run-command.ts';
import { packWorkspaces } from './packages/pack.ts';

const USAGE = `npm run pack -- [folder]

Makes the tarballs of the client and the simulator, as npm installs them, and prints their paths. The folder is "release" by default.
`;

const root = new URL('..', import.meta.url).pathname;

await runCommand(USAGE, (args) => {
  const [folder = 'release', ...others] = readArguments({ args, allowPositionals: true }, USAGE).positionals;
  if (others.length > 0) throw new UsageError(USAGE);
  return Promise.resolve(`${packWorkspaces(root, folder).join('\n')}\n`);
});
