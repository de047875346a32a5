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
  const { code } = error as { code?: unknown };
  const why = typeof code === 'string' ? `cannot be reached (${code})` : `refuses the connection (${messageOf(error)})`;
  return new ProxyError(shown, why, error);
}
