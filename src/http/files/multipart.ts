import type { IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { AppError } from '../../domain/errors.ts';
import { brokenForm, FormReader, type UploadTarget } from './form-reader.ts';

/**
 * Reads a `multipart/form-data` body: its text fields (see {@link FormFields}), with the upload as `file`. The rest of a refused
 * form is discarded as it arrives, so that the client gets to see the response.
 * @throws AppError `invalid_body`, `invalid_json`, `body_too_large`, and what `target.save` throws
 */
export async function readMultipart(req: IncomingMessage, target: UploadTarget): Promise<Record<string, unknown>> {
  const form = new FormReader(req.headers['content-type'] ?? '', target);
  try {
    await Promise.race([feed(req, form), form.wrong]);
    return await form.body();
  } catch (error) {
    await form.abort();
    req.unpipe().resume();
    throw error instanceof AppError ? error : brokenForm(error);
  }
}

/** Feeds the request into the form, with back-pressure. */
async function feed(req: IncomingMessage, form: FormReader): Promise<void> {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => void form.take(chunk).then(() => done(), done),
    final: (done) => void form.end().then(() => done(), done),
  });
  req.once('close', () => {
    if (!req.complete) sink.destroy(new Error('the client disconnected'));
  });
  await finished(req.pipe(sink));
}
