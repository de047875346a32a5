import type { IncomingMessage } from 'node:http';

import { ControlError } from './control-error.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** A JSON object from a request. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a request as a JSON object; an empty body counts as `{}`. Rejects with a ControlError 400, or 413
 * above `maxBytes`.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<JsonObject> {
  const text = await readText(request, maxBytes);
  if (text.trim() === '') return {};
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ControlError(400, 'bad_json', 'The body must be a JSON object.');
}

/** The string `body[name]`. Throws a ControlError 400 when it is missing, empty or not a string. */
export function requiredString(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new ControlError(400, 'bad_request', `"${name}" must be a non-empty string.`);
}

/**
 * The string `body[name]`, or undefined when it is missing. Throws a ControlError 400 when it is empty or not a string.
 */
export function optionalString(body: JsonObject, name: string): string | undefined {
  return body[name] === undefined ? undefined : requiredString(body, name);
}

/** The base64 bytes of `body[name]`. Throws a ControlError 400 when they are missing, empty or not base64. */
export function requiredBytes(body: JsonObject, name: string): Buffer {
  const text = requiredString(body, name);
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  throw new ControlError(400, 'bad_request', `"${name}" must be base64.`);
}

/**
 * The strings in `body[name]`; empty when it is missing. Throws a ControlError 400 when it is not a list of strings.
 */
export function optionalStrings(body: JsonObject, name: string): string[] {
  const value = body[name] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new ControlError(400, 'bad_request', `"${name}" must be a list of strings.`);
}

/** A whole number from 0 to `max`; `otherwise` when it is missing. Throws a ControlError 400 on anything else. */
export function wholeNumber(value: unknown, name: string, limits: { otherwise: number; max: number }): number {
  if (value === undefined || value === null) return limits.otherwise;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0 && number <= limits.max) return number;
  throw new ControlError(400, 'bad_request', `"${name}" must be a whole number from 0 to ${limits.max}.`);
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new ControlError(413, 'too_large', `The body is longer than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError(400, 'bad_json', 'The body is not JSON.');
  }
}
