import { z } from 'zod';
import { type Config } from '../config/config.ts';

/** What the operator must mend; its sentence says how. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The server refused what a command asked. */
export class RefusedError extends CommandError {
  /** Of docs/errors.md. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** No server answers, or it ended before it did. */
export class NoAnswerError extends CommandError {}

/** What a command asks of the server. */
export interface Question {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** Sent as JSON. */
  body?: object;
}

const refusal = z.object({ error: z.string(), message: z.string() });

/**
 * Asks the server that has the storage, at HOST and PORT and with the first key of API_KEY; answers what it answers.
 * @throws RefusedError, NoAnswerError
 */
export async function askOwnServer({ http }: Pick<Config, 'http'>, question: Question): Promise<unknown> {
  const { method, path, body } = question;
  const host = ['0.0.0.0', '::'].includes(http.host) ? 'localhost' : http.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
  const [key] = http.apiKeys;
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key.reveal()}` }) };
  const { ok, json } = await answerOf(`${url}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (ok) return json;
  const { data } = refusal.safeParse(json);
  throw new RefusedError(data?.error ?? 'unknown', data?.message ?? `What answers at ${url} is not this server.`);
}

async function answerOf(url: string, request: RequestInit): Promise<{ ok: boolean; json: unknown }> {
  try {
    const response = await fetch(url, request);
    const text = await response.text();
    return { ok: response.ok, json: jsonOf(text) };
  } catch (cause) {
    const { origin } = new URL(url);
    throw new NoAnswerError(
      `A server has the storage, but none answers at ${origin}: set HOST and PORT to its, and run this again.`,
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
