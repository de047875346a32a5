import { refuseArguments } from './arguments.ts';
import { runRotationCommand, USAGE } from './rotation-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(USAGE, (args) => {
  refuseArguments(args, USAGE);
  return runRotationCommand(process.env);
});
