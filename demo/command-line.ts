import { parseArgs } from 'node:util';

/** The help of `npm run demo`. */
export const HELP = `The whole product in one minute, without a phone: a simulated WhatsApp, the orchestrator, a small backend and a web page.

  npm run demo                    serve the page; Ctrl-C stops everything
  npm run demo -- --port <n>      port of the page (default: 8090, or a free port if that one is taken)
  npm run demo -- --check         run the story without a browser; exit code 0 if every step passes, 1 if one fails
  npm run demo -- --nodes <n>     with 2 to 9 nodes on PostgreSQL instead of one process (also with --check)
  npm run demo -- --help          print this text
`;

/** A parsed command line. */
export type Command =
  { name: 'help' } | { name: 'check'; nodes: number } | { name: 'page'; nodes: number; port: number | undefined };

/** Thrown for invalid arguments; the message is one sentence. */
export class CommandLineError extends Error {}

const MAX_PORT = 65_535;

/** Parses the arguments of the program. @throws CommandLineError */
export function readCommandLine(args: string[]): Command {
  const { help, check, port, nodes: count } = parse(args);
  if (help) return { name: 'help' };
  if (check && port !== undefined)
    throw new CommandLineError('--port cannot be combined with --check, which serves no page.');
  const nodes = count === undefined ? 1 : readNodes(count);
  if (check) return { name: 'check', nodes };
  return { name: 'page', nodes, port: port === undefined ? undefined : readPort(port) };
}

/** Reads the command line of this process. Returns undefined, with exit code 2, when it was refused with a sentence. */
export function readOrRefuse<Read>(read: (args: string[]) => Read): Read | undefined {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

function parse(args: string[]): { help?: boolean; check?: boolean; port?: string; nodes?: string } {
  const options = {
    help: { type: 'boolean', short: 'h' },
    check: { type: 'boolean' },
    port: { type: 'string' },
    nodes: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw refusal(error);
  }
}

/** What `parseArgs` has found wrong, in one sentence. */
export function refusal(error: unknown): CommandLineError {
  const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
  return new CommandLineError(`${sentence.replace(/\.$/, '')}; see --help.`);
}

/** The port of an argument. @throws CommandLineError */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new CommandLineError(`--port must be a whole number from 0 to ${MAX_PORT}, not "${text}".`);
}

function readNodes(text: string): number {
  if (/^[1-9]$/.test(text)) return Number(text);
  throw new CommandLineError(`--nodes must be a whole number from 1 to 9, not "${text}".`);
}
