import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { parseJson } from './json-text.ts';

/**
 * The body limit in bytes. The largest message has 65,536 characters; with each escaped as six bytes (`\u00e1`) that is
 * 393,216 bytes. The rest leaves room for field names, the number and whitespace.
 */
const MAX_BODY_BYTES = 512 * 1024;

const JSON_TYPES = ['application/json', 'application/*+json'];

/** Sentences that are more specific than the defaults. */
type Sentences = Partial<Record<ErrorCode, string>>;

/**
 * Reads the JSON value of a request body; `undefined` without a body. Compressed bodies are read only if they are wanted
 * (`COMPRESSED_BODIES`): a few bytes of them are megabytes of text.
 * @throws AppError `invalid_json`, `body_too_large`, `unsupported_media_type`, `invalid_body`
 */
type ReadJson = (req: Request, res: Response, compressed: boolean) => Promise<unknown>;

/** Reads JSON bodies up to the usual limit. */
export const readJson: ReadJson = jsonReader(MAX_BODY_BYTES);

/** Creates a reader of JSON bodies of at most `limit` bytes. */
export function jsonReader(limit: number, sentences: Sentences = {}): ReadJson {
  // Which type it has is known by then.
  const readerFor = (inflate: boolean): RequestHandler => express.raw({ limit, inflate, type: () => true });
  const [plain, inflating] = [readerFor(false), readerFor(true)];
  return async (req, res, compressed) => {
    // Null without a body, which the schema then refuses.
    const type = req.is(JSON_TYPES);
    if ((type === false || !isUtf8(req)) && hasContent(req)) throw refusal({ status: 415 }, sentences);
    if (!compressed) requirePlain(req);
    if (type === false) return undefined;
    await new Promise<void>((resolve, reject) => {
      (compressed ? inflating : plain)(req, res, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(refusal(error, sentences));
      });
    });
    const bytes = req.body as Buffer | undefined;
    // Megabytes that nobody needs once they are parsed.
    req.body = undefined;
    return bytes && valueOf(bytes, sentences);
  };
}

function requirePlain({ headers }: Request): void {
  if ((headers['content-encoding'] ?? 'identity') === 'identity') return;
  throw new AppError('unsupported_media_type', {
    message: 'The body must not be compressed: send it as it is, or set COMPRESSED_BODIES=true.',
  });
}

function valueOf(bytes: Buffer, sentences: Sentences): unknown {
  // Not refused as JSON: the schema has a better sentence.
  if (bytes.length === 0) return {};
  try {
    return parseJson(bytes);
  } catch (error) {
    throw error instanceof AppError ? error : refusal({ type: 'entity.parse.failed' }, sentences);
  }
}

function isUtf8({ headers }: Request): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

function hasContent(req: Request): boolean {
  return req.headers['content-length'] !== '0';
}

function refusal(error: unknown, sentences: Sentences): AppError {
  const code = codeOf(error as { type?: unknown; status?: unknown });
  const message = sentences[code];
  return new AppError(code, { ...(message !== undefined && { message }), cause: error });
}

function codeOf({ type, status }: { type?: unknown; status?: unknown }): ErrorCode {
  if (type === 'entity.parse.failed') return 'invalid_json';
  return (typeof status === 'number' ? CODE_OF_STATUS[status] : undefined) ?? 'internal_error';
}

/** What the parser's statuses mean. 400 is an aborted body, or one that is not compressed as declared. */
const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'invalid_body',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};
