import { parseArgs } from 'node:util';

import { CommandLineError, readPort, refusal } from '../command-line.ts';

/** The help of `npm run example:backend`. */
export const HELP = `The example backend: it stores accounts and messages in PostgreSQL, replies, and has a page for linking accounts.

  npm run example:backend                        the backend alone, with the settings of examples/backend/.env
  npm run example:backend -- --demo              everything: simulated phones, the orchestrator, a PostgreSQL, the backend
  npm run example:backend -- --demo --port <n>   port of its page (default: 8000, or a free port if that one is taken)
  npm run example:backend -- --help              print this text
`;

/** A parsed command line. */
export type ExampleCommand = { name: 'help' } | { name: 'backend' } | { name: 'demo'; port: number | undefined };

/** Parses the arguments of the program. @throws CommandLineError */
export function readExampleCommand(args: string[]): ExampleCommand {
  const { help, demo, port } = parse(args);
  if (help) return { name: 'help' };
  if (demo) return { name: 'demo', port: port === undefined ? undefined : readPort(port) };
  if (port !== undefined) throw new CommandLineError('--port needs --demo; the backend alone takes PORT.');
  return { name: 'backend' };
}

function parse(args: string[]): { help?: boolean; demo?: boolean; port?: string } {
  const options = {
    help: { type: 'boolean', short: 'h' },
    demo: { type: 'boolean' },
    port: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw refusal(error);
  }
}
