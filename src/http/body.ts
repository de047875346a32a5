import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError, type ErrorCode } from '../domain/errors.ts';

/**
 * The largest body in bytes. The largest that must fit is a message of 65,536 characters of which each
 * is escaped (`\u00e1`, six bytes): 393,216 bytes. The rest is room for names, the number and blanks.
 */
const MAX_BODY_BYTES = 512 * 1024;

const JSON_TYPES = ['application/json', 'application/*+json'];

// Not strict: `null` and `"text"` are valid JSON, and the schema has a better sentence for them.
const parser: RequestHandler = express.json({ limit: MAX_BODY_BYTES, strict: false, type: JSON_TYPES });

/**
 * The JSON value that the request carries; `undefined` when it has no body.
 * @throws AppError `invalid_json`, `body_too_large`, `unsupported_media_type`, `invalid_body`
 */
export async function readJson(req: Request, res: Response): Promise<unknown> {
  // `is` answers null without a body, which the schema then refuses.
  if (req.is(JSON_TYPES) === false && hasContent(req)) throw new AppError('unsupported_media_type');
  await new Promise<void>((resolve, reject) => {
    parser(req, res, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(refusal(error));
    });
  });
  return req.body as unknown;
}

function hasContent(req: Request): boolean {
  return req.headers['content-length'] !== '0';
}

function refusal(error: unknown): AppError {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.parse.failed') return new AppError('invalid_json', { cause: error });
  const code = typeof status === 'number' ? CODE_OF_STATUS[status] : undefined;
  return new AppError(code ?? 'internal_error', { cause: error });
}

/** What the parser means by a status: 400 is a body that broke off, or is not compressed as it says. */
const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'invalid_body',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};
