import { messageOf } from '../../kit/failure.ts';

/** A proxy is away, refuses, or cannot be used. The message is for operators, and names no credentials. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';

  constructor(shown: string, why: string, cause?: unknown) {
    super(`The proxy ${shown} ${why}.`, { cause });
  }
}

/** The failure of a connection to a proxy, as a {@link ProxyError}. */
export function proxyError(shown: string, error: unknown): ProxyError {
  if (error instanceof ProxyError) return error;
  const code = codeOf(error);
  const why = code === undefined ? `refuses the connection (${messageOf(error)})` : `cannot be reached (${code})`;
  return new ProxyError(shown, why, error);
}

/** The code of Node, which the library for SOCKS leaves only in the message. */
function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : /^connect (E[A-Z]+)/.exec(messageOf(error))?.[1];
}
