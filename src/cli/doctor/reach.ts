import type { Agent } from 'node:http';
import { type FailureDescription, describeFailure } from '../../kit/failure.ts';
import { httpRequest } from '../../kit/http-client.ts';

/** An answer over HTTP, or why there was none. */
export type Reached = { status: number; dateMs: number | undefined; body: string } | { reason: string; todo: string };

/** How an address is asked. */
export interface ReachOptions {
  timeoutMs: number;
  /** The proxy to go through. */
  agent?: Agent | undefined;
}

/** Asks for a URL. Whatever the answer is, the address is reached. */
export async function reach(url: string, { timeoutMs, agent }: ReachOptions): Promise<Reached> {
  try {
    const { status, headers, data } = await httpRequest<string>({
      ...{ method: 'GET', url, responseType: 'text', maxContentLength: MAX_BYTES },
      signal: AbortSignal.timeout(timeoutMs),
      ...(agent && { httpAgent: agent, httpsAgent: agent }),
    });
    const dateMs = Date.parse(String(headers.date));
    return { status, dateMs: Number.isNaN(dateMs) ? undefined : dateMs, body: data };
  } catch (error) {
    return { ...whyNot(error, { hostname: new URL(url).hostname, timeoutMs }) };
  }
}

const MAX_BYTES = 5_000_000;

/** Why a request got no answer, in words, and what to do about it. */
export function whyNot(error: unknown, { hostname, timeoutMs }: { hostname: string; timeoutMs: number }) {
  const causes = chainOf(describeFailure(error));
  const isTimeout = causes.some(({ type, code }) => type === 'TimeoutError' || code === 'ETIMEDOUT');
  if (isTimeout) return { reason: `it did not answer within ${timeoutMs / 1_000} s`, todo: FIREWALL };
  const known = causes.flatMap(({ type, code = '', message }) =>
    REASONS.filter(({ form }) => form.test(`${type} ${code}`)).map(({ reason, todo }) => ({
      reason: reason(hostname, code, message),
      todo,
    })),
  );
  const [first = { reason: causes.at(-1)?.message ?? 'for an unknown reason', todo: FIREWALL }] = known;
  return first;
}

function chainOf(failure: FailureDescription): FailureDescription[] {
  return failure.cause ? [failure, ...chainOf(failure.cause)] : [failure];
}

const FIREWALL = 'Check firewalls and routes between this machine and that address.';

const REASONS: { form: RegExp; reason: (host: string, code: string, message: string) => string; todo: string }[] = [
  {
    form: /^ProxyError/,
    reason: (_host, _code, message) => message,
    todo: 'Check PROXY_URL, and whether the proxy runs.',
  },
  {
    form: /ENOTFOUND|EAI_AGAIN|ENODATA/,
    reason: (host, code) => `the name ${host} cannot be resolved (DNS: ${code})`,
    todo: 'Check the name, and the DNS servers of this machine or container.',
  },
  {
    form: /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO|ERR_SSL/,
    reason: (_host, code, message) => `TLS failed (${code}: ${message})`,
    todo: 'Check the certificate of that address, its chain and its names, and the clock of this machine. NODE_EXTRA_CA_CERTS names a CA of your own.',
  },
  {
    form: /ECONNREFUSED/,
    reason: () => 'the connection was refused (ECONNREFUSED): nothing listens there',
    todo: 'Check the port, and whether the program there runs.',
  },
  {
    form: /EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE/,
    reason: (_host, code) => `the connection failed (${code})`,
    todo: FIREWALL,
  },
];
