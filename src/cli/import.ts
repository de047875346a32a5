import { runCommand } from './run-command.ts';
import { runImportCommand } from './import-command.ts';

await runCommand(() => runImportCommand(process.argv.slice(2), process.env, (text) => process.stdout.write(text)));
