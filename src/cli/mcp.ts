import { refuseArguments } from './arguments.ts';
import { runMcpCommand, USAGE } from './mcp-command.ts';
import { runCommand } from './run-command.ts';

// Standard output belongs to the protocol.
await runCommand(USAGE, async (args) => {
  refuseArguments(args, USAGE);
  await runMcpCommand(process.env, { input: process.stdin, output: process.stdout });
  return '';
});
