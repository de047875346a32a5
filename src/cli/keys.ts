import { runKeysCommand } from './keys-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(() => runKeysCommand(process.argv.slice(2), process.env));
