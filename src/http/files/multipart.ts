import { type IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { AppError } from '../../domain/errors.ts';
import { brokenForm, FormReader, type UploadTarget } from './form-reader.ts';

/**
 * Reads a form of `multipart/form-data`: the body that its text fields make (see {@link FormFields}), with the upload as
 * `file`. What is not read of a refused form is thrown away as it comes, so that the client gets to see the answer.
 * @throws AppError `invalid_body`, `invalid_json`, `body_too_large`, and what `target.save` throws
 */
export async function readMultipart(req: IncomingMessage, target: UploadTarget): Promise<Record<string, unknown>> {
  const form = new FormReader(req.headers['content-type'] ?? '', target);
  try {
    await Promise.race([pour(req, form), form.wrong]);
    return await form.body();
  } catch (error) {
    await form.giveUp();
    req.unpipe().resume();
    throw error instanceof AppError ? error : brokenForm(error);
  }
}

/** Gives the form all that comes, as fast as it takes it. */
async function pour(req: IncomingMessage, form: FormReader): Promise<void> {
  const sink = new Writable({
    write: (piece: Buffer, _encoding, done) => void form.take(piece).then(() => done(), done),
    final: (done) => void form.end().then(() => done(), done),
  });
  req.once('close', () => {
    if (!req.complete) sink.destroy(new Error('the client has gone'));
  });
  await finished(req.pipe(sink));
}
