import type { Request, Response } from 'express';
import { AppError } from '../../domain/errors.ts';
import { jsonReader } from '../body.ts';
import type { RequestFiles } from './request-files.ts';

/** Enough for a file of 24 MiB in base64, which is held in memory; larger files should be uploaded or sent by URL. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** Larger bodies wait for one of the few slots in memory. */
const LARGE_BYTES = 1024 * 1024;

const readJson = jsonReader(MAX_JSON_BYTES, {
  body_too_large: 'The body is larger than 32 MiB: upload the file as multipart/form-data, or send its URL.',
  unsupported_media_type:
    'The body must be JSON in UTF-8 ("Content-Type: application/json") or a form ("multipart/form-data").',
});

/** What {@link readBodyWithFile} needs. */
interface BodyDeps {
  files: RequestFiles;
  /** Whether JSON may be compressed. */
  compressedBodies: boolean;
}

/**
 * Reads a body that may carry a file: JSON, or a form, whose file is then on disk.
 * @throws AppError `invalid_json`, `body_too_large`, `unsupported_media_type`, `invalid_body`, `invalid_file`,
 *   `file_too_large`, `storage_unavailable`
 */
export async function readBodyWithFile(
  req: Request,
  res: Response,
  { files, compressedBodies }: BodyDeps,
): Promise<unknown> {
  if (!req.is('multipart/form-data')) {
    if (mayBeLarge(req)) await files.waitForMemory();
    return readJson(req, res, compressedBodies);
  }
  if (req.headers['content-encoding'] !== undefined) {
    throw new AppError('unsupported_media_type', { message: 'Forms must not be compressed.' });
  }
  return files.receive(req);
}

/** Includes bodies of unknown size and compressed ones. */
function mayBeLarge({ headers }: Request): boolean {
  if (headers['content-encoding'] !== undefined) return true;
  return !(Number(headers['content-length'] ?? Infinity) <= LARGE_BYTES);
}
