import { systemRandom } from '../kit/random.ts';
import { isInContainer } from '../runtime/container.ts';
import { terminalAsk } from './setup/ask.ts';
import { runSetupCommand } from './setup-command.ts';

process.exitCode = await runSetupCommand(process.argv.slice(2), process.env, {
  random: systemRandom,
  // With --print, standard output is the file.
  ask: process.stdin.isTTY && process.stderr.isTTY ? terminalAsk(process.stdin, process.stderr) : null,
  inContainer: isInContainer(),
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
