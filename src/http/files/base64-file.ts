import { createHash } from 'node:crypto';

/** What a caller said of a file beside its content. */
export interface FileFacts {
  mimetype: string | undefined;
  fileName: string | undefined;
}

/** A file that came as base64 in a JSON body. */
export class Base64File {
  readonly facts: FileFacts;
  #bytes: Buffer;

  constructor(bytes: Buffer, facts: FileFacts) {
    this.#bytes = bytes;
    this.facts = facts;
  }

  /** Its content, which is not kept here any more: the request that brought it may take minutes yet. */
  take(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return bytes;
  }

  /** What tells one file from another, instead of all of it. To be asked for before its content is taken. */
  toJSON(): object {
    return { sha256: createHash('sha256').update(this.#bytes).digest('hex'), ...this.facts };
  }
}

/** Base64 of both alphabets, with or without `=` at its end. */
const ALPHABET = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The file in base64, with or without line breaks, or in a `data:` URL, whose media type counts when none is given.
 * `undefined` when something in it is not base64, or a piece is missing.
 */
export function parseBase64File(text: string, facts: FileFacts): Base64File | undefined {
  if (!text.startsWith('data:')) return decoded(text, facts);
  const [, mimetype, content] = /^data:([^,]{0,255}?);base64,([^]*)$/.exec(text) ?? [];
  return content === undefined ? undefined : decoded(content, { ...facts, mimetype: facts.mimetype ?? mimetype });
}

function decoded(text: string, facts: FileFacts): Base64File | undefined {
  const plain = text.replaceAll(/[ \t\r\n]/g, '');
  if (!ALPHABET.test(plain) || plain.replace(/=+$/, '').length % 4 === 1) return undefined;
  return new Base64File(Buffer.from(plain, 'base64'), facts);
}
