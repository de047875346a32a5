import { runKeysCommand, USAGE } from './keys-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(USAGE, (args) => runKeysCommand(args, process.env));
