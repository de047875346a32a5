import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError, type ErrorCode } from '../domain/errors.ts';

/**
 * The largest body in bytes. The largest that must fit is a message of 65,536 characters of which each
 * is escaped (`\u00e1`, six bytes): 393,216 bytes. The rest is room for names, the number and blanks.
 */
const MAX_BODY_BYTES = 512 * 1024;

const JSON_TYPES = ['application/json', 'application/*+json'];

/** Sentences that say more than those of the table. */
type Sentences = Partial<Record<ErrorCode, string>>;

/**
 * Reads the JSON value that a request carries; `undefined` when it has no body.
 * @throws AppError `invalid_json`, `body_too_large`, `unsupported_media_type`, `invalid_body`
 */
type ReadJson = (req: Request, res: Response) => Promise<unknown>;

/** The reader of the JSON bodies that need no more room than a message does. */
export const readJson: ReadJson = jsonReader(MAX_BODY_BYTES);

/** A reader of JSON bodies of at most `limit` bytes. */
export function jsonReader(limit: number, sentences: Sentences = {}): ReadJson {
  // Not strict: `null` and `"text"` are valid JSON, and the schema has a better sentence for them.
  const parser: RequestHandler = express.json({ limit, strict: false, type: JSON_TYPES });
  return async (req, res) => {
    // `is` answers null without a body, which the schema then refuses.
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

/** What the parser means by a status: 400 is a body that broke off, or is not compressed as it says. */
const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'invalid_body',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};
