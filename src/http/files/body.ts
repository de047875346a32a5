import { type Request, type Response } from 'express';
import { AppError } from '../../domain/errors.ts';
import { jsonReader } from '../body.ts';
import { type RequestFiles } from './request-files.ts';

/** A file of 24 MiB in base64, which is held in memory: larger ones have better ways. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** Up to this size a body with a file in it is one as others are. */
const LARGE_BYTES = 1024 * 1024;

const readJson = jsonReader(MAX_JSON_BYTES, {
  body_too_large: 'The body is larger than 32 MiB: upload the file as multipart/form-data, or give its URL.',
  unsupported_media_type:
    'The body must be JSON in UTF-8 ("Content-Type: application/json") or a form ("multipart/form-data").',
});

/**
 * The value that a request carries in which a file may come along: JSON, or a form whose file is on disk afterwards.
 * @throws AppError `invalid_json`, `body_too_large`, `unsupported_media_type`, `invalid_body`, `invalid_file`,
 *   `file_too_large`, `storage_unavailable`
 */
export async function readBodyWithFile(req: Request, res: Response, files: RequestFiles): Promise<unknown> {
  if (!req.is('multipart/form-data')) {
    if (mayBeLarge(req)) await files.enterRoom();
    const value = await readJson(req, res);
    // Megabytes of text that nobody needs any more once the file is made of it.
    req.body = undefined;
    return value;
  }
  if (req.headers['content-encoding'] !== undefined) {
    throw new AppError('unsupported_media_type', { message: 'A form must not be compressed.' });
  }
  return files.receive(req);
}

/** Also one that does not say its size, or will be larger than it says. */
function mayBeLarge({ headers }: Request): boolean {
  if (headers['content-encoding'] !== undefined) return true;
  return !(Number(headers['content-length'] ?? Infinity) <= LARGE_BYTES);
}
