import { parseArgs } from 'node:util';

import type { SimulatorOptions } from './options.ts';

/** The help of `npm run simulator`. */
export const HELP = `whatsapp-orchestrator-simulator [options]

A WhatsApp Web server for development and tests, with people's phones, which do what the control server is asked for.

  --port <n>            port of the WebSocket (default: any free port)
  --control-port <n>    port of the control server, HTTP and JSON (default: any free port)
  --host <address>      address that both listen on (default: 127.0.0.1)
  --qr-refs <n>         number of QRs that a client gets (default: 6)
  --qr-first-ms <n>     how long the first QR can be scanned (default: 60000)
  --qr-next-ms <n>      how long each further QR can be scanned (default: 20000)
  --addressing <a>      how phones address messages: lid or pn (default: lid)
  --ack-timeout-ms <n>  how long a client may leave a stanza unacknowledged (default: 3000000)
  --help                show this help
  --version             show the version

The first line of standard output is JSON: {"wsUrl", "rootKey", "mediaHost", "controlUrl"}. Standard error says what to do with it.
Exit codes: 0 on SIGTERM or SIGINT, 1 when it cannot start, 2 for invalid arguments.
`;

const MAX_PORT = 65_535;
const MAX_MS = 24 * 60 * 60 * 1000;

/** The command that the arguments ask for. */
export type Command = { name: 'help' } | { name: 'version' } | { name: 'start'; options: SimulatorOptions };

/** Invalid arguments; the message is one sentence for the user. */
export class CommandLineError extends Error {}

/** Parses the program's arguments. Throws a CommandLineError. */
export function readCommandLine(args: string[]): Command {
  const values = parse(args);
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  const { addressing } = values;
  if (addressing !== undefined && addressing !== 'lid' && addressing !== 'pn') {
    throw new CommandLineError(`--addressing must be lid or pn, not "${addressing}".`);
  }
  const number = (name: NumberName, max: number, min = 0): number | undefined => readNumber(values, name, { min, max });
  const qr = {
    refs: number('qr-refs', 100, 1),
    firstMs: number('qr-first-ms', MAX_MS, 1),
    nextMs: number('qr-next-ms', MAX_MS, 1),
  };
  const ports = { port: number('port', MAX_PORT), controlPort: number('control-port', MAX_PORT) ?? 0 };
  const ackTimeoutMs = number('ack-timeout-ms', MAX_MS, 1);
  return { name: 'start', options: { ...ports, host: values.host, addressing, qr, ackTimeoutMs } };
}

type NumberName = 'port' | 'control-port' | 'qr-refs' | 'qr-first-ms' | 'qr-next-ms' | 'ack-timeout-ms';

function parse(
  args: string[],
): Partial<Record<NumberName | 'host' | 'addressing', string>> & { help?: boolean; version?: boolean } {
  const text = { type: 'string' } as const;
  const options = {
    port: text,
    'control-port': text,
    host: text,
    'qr-refs': text,
    'qr-first-ms': text,
    'qr-next-ms': text,
    addressing: text,
    'ack-timeout-ms': text,
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new CommandLineError(`${sentence.replace(/\.$/, '')}. See --help.`);
  }
}

function readNumber(
  values: Partial<Record<NumberName, string>>,
  name: NumberName,
  limits: { min: number; max: number },
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= limits.min && value <= limits.max) return value;
  throw new CommandLineError(`--${name} must be a whole number from ${limits.min} to ${limits.max}, not "${text}".`);
}
