import { runMoveCommand, USAGE } from './move-storage-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(USAGE, (args) => runMoveCommand(args, process.env, (text) => process.stdout.write(text)));
