import { createHash } from 'node:crypto';

/** What a caller declares about a file besides its content. */
export interface FileFacts {
  mimetype: string | undefined;
  fileName: string | undefined;
}

/** A file sent as base64 in a JSON body. */
export class Base64File {
  readonly facts: FileFacts;
  #bytes: Buffer;

  constructor(bytes: Buffer, facts: FileFacts) {
    this.#bytes = bytes;
    this.facts = facts;
  }

  /** Returns the content and releases it: the request may take minutes more. */
  take(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return bytes;
  }

  /** Identifies the file by a hash instead of its content. Must be called before {@link take}. */
  toJSON(): object {
    return { sha256: createHash('sha256').update(this.#bytes).digest('hex'), ...this.facts };
  }
}

/** Base64 in either alphabet, with or without padding. */
const ALPHABET = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * Parses base64, with or without line breaks, or a `data:` URL, whose media type is used when none is given. `undefined` for
 * invalid or truncated base64.
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
