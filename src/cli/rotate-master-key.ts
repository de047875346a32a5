import { runRotationCommand } from './rotation-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(() => runRotationCommand(process.env));
