import { validateHeaderName, validateHeaderValue } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import type { Origin } from './origin.ts';

/** Where something is posted to. */
export interface Target {
  origin: Origin;
  /** The first lines of each request. */
  start: string;
  /** The user and password in its URL, as a value of `Authorization`. */
  credentials: string | undefined;
}

/** The target that a URL names, over the connections of its origin. */
export function targetOf(url: URL, origin: Origin): Target {
  const { auth } = urlToHttpOptions(url);
  return {
    origin,
    start: `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`,
    credentials: typeof auth === 'string' ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined,
  };
}

/**
 * A request as it goes over the wire.
 * @throws TypeError when a header is none, so that nothing else comes in by it
 */
export function requestOf(
  { start, credentials }: Target,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  let head = start;
  let values = '';
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!validNames.has(name)) rememberName(name);
    values += value;
    head += `${name}: ${value}\r\n`;
  }
  validateHeaderValue('header', values);
  if (credentials !== undefined && !hasAuthorization(headers)) head += `authorization: ${credentials}\r\n`;
  const bodyBytes = Buffer.byteLength(body);
  head += `content-length: ${bodyBytes}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + bodyBytes);
  bytes.write(head, 'latin1');
  bytes.write(body, head.length);
  return bytes;
}

/** Headers have the same names again and again. Receivers choose some of them, so not all are remembered. */
const validNames = new Set<string>();
const MAX_NAMES = 1_000;

function rememberName(name: string): void {
  validateHeaderName(name);
  if (validNames.size < MAX_NAMES) validNames.add(name);
}

function hasAuthorization(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}
