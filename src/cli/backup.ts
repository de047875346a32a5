import { runBackupCommand } from './backup-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(() => runBackupCommand(process.argv.slice(2), process.env));
