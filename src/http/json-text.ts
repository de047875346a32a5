import { AppError } from '../domain/errors.ts';

/** More than any request needs. A value can take a hundred times its text in memory: 32 MiB of `[],` are a gigabyte. */
const MAX_VALUES = 10_000;
/** Deeper than any request. What walks through values, such as `JSON.stringify`, needs stack for each level. */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** `{` and `[`, and their ends, differ from each other in one bit only. */
const OPENING = 0x5b;
const CLOSING = 0x5d;
const BRACE_BIT = 0x20;

/** It has no state between two texts. */
const UTF8 = new TextDecoder();

/**
 * Parses JSON in UTF-8 that a stranger may have written: its values are counted before any is created.
 * @throws AppError `invalid_body` for too many values or levels; SyntaxError
 */
export function parseJson(bytes: Uint8Array): unknown {
  requireModest(bytes);
  return JSON.parse(UTF8.decode(bytes)) as unknown;
}

/** Counts what would be created. Whether the text is JSON at all is for the parser to say. */
function requireModest(bytes: Uint8Array): void {
  let values = 1;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1);
    } else if (byte === COMMA) {
      values += 1;
    } else if ((byte & ~BRACE_BIT) === OPENING) {
      values += 1;
      depth += 1;
    } else if ((byte & ~BRACE_BIT) === CLOSING) {
      depth -= 1;
    }
    if (values > MAX_VALUES) throw refusal(`has more than ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) throw refusal(`is nested more than ${MAX_DEPTH} levels deep`);
  }
}

/** The position of the closing quote, or the end of the text. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function refusal(what: string): AppError {
  return new AppError('invalid_body', { message: `The body ${what}.` });
}
