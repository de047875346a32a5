import { runCommand } from '../src/cli/run-command.ts';
import { packWorkspaces } from './packages/pack.ts';
import { release, USAGE } from './release/release.ts';

const root = new URL('..', import.meta.url).pathname;

await runCommand(USAGE, (args) => {
  const today = new Date().toISOString().slice(0, 10);
  return Promise.resolve(release(args, { root, today, pack: (folder) => packWorkspaces(root, folder) }));
});
