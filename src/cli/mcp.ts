import { runMcpCommand } from './mcp-command.ts';
import { runCommand } from './run-command.ts';

// Standard output belongs to the protocol.
await runCommand(async () => {
  await runMcpCommand(process.env, { input: process.stdin, output: process.stdout });
  return '';
});
