import { USAGE } from './import-source.ts';
import { runImportCommand } from './import-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(USAGE, (args) => runImportCommand(args, process.env, (text) => process.stdout.write(text)));
