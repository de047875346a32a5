import { runMoveCommand } from './move-storage-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(() => runMoveCommand(process.argv.slice(2), process.env, (text) => process.stdout.write(text)));
