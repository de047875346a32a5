import { parseArgs } from 'node:util';

/** The help of `npm run demo`. */
export const HELP = `The whole product in one minute, without a phone: a WhatsApp of our own, the orchestrator, a small backend and a page.

  npm run demo                    the page; Ctrl-C ends everything
  npm run demo -- --port <n>      where the page is (8090, or a free port when that is taken)
  npm run demo -- --check         plays the story without a browser; exit code 0 when every step is right, 1 when not
  npm run demo -- --help          this text
`;

/** What the command line asks for. */
export type Command = { name: 'help' } | { name: 'check' } | { name: 'page'; port: number | undefined };

/** The command line asks for something that does not exist; its message is one sentence. */
export class CommandLineError extends Error {}

const MAX_PORT = 65_535;

/** Reads the arguments of the program. Throws a CommandLineError. */
export function readCommandLine(args: string[]): Command {
  const { help, check, port } = parse(args);
  if (help) return { name: 'help' };
  if (check && port !== undefined) throw new CommandLineError('--check has no page, so --port means nothing with it.');
  if (check) return { name: 'check' };
  return { name: 'page', port: port === undefined ? undefined : readPort(port) };
}

function parse(args: string[]): { help?: boolean; check?: boolean; port?: string } {
  const options = {
    help: { type: 'boolean', short: 'h' },
    check: { type: 'boolean' },
    port: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new CommandLineError(`${sentence.replace(/\.$/, '')}; see --help.`);
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new CommandLineError(`--port must be a whole number from 0 to ${MAX_PORT}, not "${text}".`);
}
