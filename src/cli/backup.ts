import { runBackupCommand, USAGE } from './backup-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(USAGE, (args) => runBackupCommand(args, process.env));
