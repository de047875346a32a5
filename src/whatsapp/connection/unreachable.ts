import type { Unreachable } from '../../domain/unreachable.ts';
import { NoAnswerError } from './watchdogs/connection-errors.ts';

/** Why a connection could not be made. */
export interface Unreached {
  unreachable: Unreachable;
  /** For operators: what happened, and what to check. */
  detail: string;
}

/** What Node says of a connection that it could not make. */
interface SystemError extends Error {
  code?: unknown;
  syscall?: unknown;
  hostname?: unknown;
  address?: unknown;
  port?: unknown;
}

/** What Baileys' closing error says of a connection that was never made; `undefined` for one that was made and lost. */
export function unreached(error: unknown): Unreached | undefined {
  if (error instanceof NoAnswerError) return said('timeout', 'it did not answer in time');
  const failure = systemError(error);
  return failure && CAUSES.map((read) => read(failure)).find((cause) => cause !== undefined);
}

/** Baileys passes the error of the WebSocket on as `data`. Of the addresses of a name, the first one counts. */
function systemError(error: unknown): SystemError | undefined {
  const { data } = (error ?? {}) as { data?: unknown };
  const failure: unknown = data instanceof AggregateError ? data.errors[0] : data;
  return failure instanceof Error ? failure : undefined;
}

const CAUSES: readonly ((failure: SystemError) => Unreached | undefined)[] = [
  ({ syscall, hostname, code }) =>
    syscall === 'getaddrinfo'
      ? said('dns', `the name ${String(hostname)} cannot be resolved (DNS: ${String(code)})`)
      : undefined,
  ({ code, message }) =>
    TLS.test(`${String(code)} ${message}`)
      ? said('tls', `TLS fails (${String(code)}: ${inOneLine(message)})`)
      : undefined,
  ({ syscall, code, address, port }) => {
    if (syscall !== 'connect') return undefined;
    const where = `the connection to ${String(address)}:${String(port)}`;
    if (code === 'ECONNREFUSED') return said('refused', `${where} is refused (ECONNREFUSED)`);
    if (code === 'ETIMEDOUT') return said('timeout', `${where} is not answered in time (ETIMEDOUT)`);
    return said('network', `${where} fails (${String(code)})`);
  },
];

const TLS = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|EPROTO|ERR_SSL|before secure TLS/;

function said(unreachable: Exclude<Unreachable, 'proxy'>, what: string): Unreached {
  return { unreachable, detail: `WhatsApp cannot be reached: ${what}. ${TODO[unreachable]}` };
}

const TODO: Record<Exclude<Unreachable, 'proxy'>, string> = {
  dns: 'Check the DNS servers of this machine or container.',
  refused: 'Check firewalls, and WHATSAPP_WS_URL if it is set.',
  tls: 'Check whether something on the way replaces certificates, and the clock of this machine.',
  timeout: 'Check firewalls and routes.',
  network: 'Check the network of this machine or container.',
};

/** OpenSSL ends its messages with a line break. */
function inOneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim();
}
