import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { httpRequest } from '../kit/http-client.ts';
import { OperatorError } from '../kit/operator-error.ts';

/** What a command cannot do. */
export class CommandError extends OperatorError {
  override readonly name = 'CommandError';
}

/** The server refused a command's request. */
export class RefusedError extends CommandError {
  /** A code of docs/errors.md. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** No server answers, or it stopped before it did. */
export class NoAnswerError extends CommandError {}

/** A request of a command. */
export interface ServerRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** Sent as JSON. */
  body?: object;
}

const refusal = z.object({ error: z.string(), message: z.string() });

/**
 * Sends a request to the server that uses the storage, at HOST and PORT and with the first key of API_KEY. Returns the JSON of its
 * response.
 * @throws RefusedError, NoAnswerError
 */
export async function callServer({ http }: Pick<Config, 'http'>, request: ServerRequest): Promise<unknown> {
  const url = urlOfServer(http);
  const [key] = http.apiKeys;
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key.reveal()}` }) };
  const { ok, json } = await responseOf(url, request, headers);
  if (ok) return json;
  const { data } = refusal.safeParse(json);
  throw new RefusedError(
    data?.error ?? 'unknown',
    data?.message ?? `The program that answers at ${url} is not this server.`,
  );
}

/** The address of the server, from its own machine. */
export function urlOfServer({ host, port }: Config['http']): string {
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function responseOf(
  baseURL: string,
  { method, path, body }: ServerRequest,
  headers: Record<string, string>,
): Promise<{ ok: boolean; json: unknown }> {
  try {
    const { status, data } = await httpRequest<string>({
      ...{ method, baseURL, url: path, headers, responseType: 'text' },
      ...(body && { data: JSON.stringify(body) }),
    });
    return { ok: status >= 200 && status < 300, json: jsonOf(data) };
  } catch (cause) {
    throw new NoAnswerError(
      `A server is using the storage, but none answers at ${baseURL}: set HOST and PORT to its address and run this again.`,
      { cause },
    );
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
