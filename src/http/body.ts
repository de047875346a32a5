import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError, type ErrorCode } from '../domain/errors.ts';

/**
 * The body limit in bytes. The largest message has 65,536 characters; with each escaped as six bytes (`\u00e1`) that is
 * 393,216 bytes. The rest leaves room for field names, the number and whitespace.
 */
const MAX_BODY_BYTES = 512 * 1024;

const JSON_TYPES = ['application/json', 'application/*+json'];

/** Sentences that are more specific than the defaults. */
type Sentences = Partial<Record<ErrorCode, string>>;

/**
 * Reads the JSON value of a request body; `undefined` without a body.
 * @throws AppError `invalid_json`, `body_too_large`, `unsupported_media_type`, `invalid_body`
 */
type ReadJson = (req: Request, res: Response) => Promise<unknown>;

/** Reads JSON bodies up to the usual limit. */
export const readJson: ReadJson = jsonReader(MAX_BODY_BYTES);

/** Creates a reader of JSON bodies of at most `limit` bytes. */
export function jsonReader(limit: number, sentences: Sentences = {}): ReadJson {
  // Not strict: `null` and `"text"` are valid JSON, and the schema refuses them with a better sentence.
  const parser: RequestHandler = express.json({ limit, strict: false, type: JSON_TYPES });
  return async (req, res) => {
    // `is` returns null without a body, which the schema then refuses.
    if (req.is(JSON_TYPES) === false && hasContent(req)) throw refusal({ status: 415 }, sentences);
    await new Promise<void>((resolve, reject) => {
      parser(req, res, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(refusal(error, sentences));
      });
    });
    return req.body as unknown;
  };
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
