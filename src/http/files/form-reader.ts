import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { giveBack } from '../../kit/give-back.ts';
import { AppError } from '../../domain/errors.ts';
import type { UploadedFile } from './file-field.ts';
import { FormFields } from './form-fields.ts';

const MAX_FIELDS = 100;
const MAX_FIELD_BYTES = 512 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** How much larger than its file a form may be. */
const MAX_REST_BYTES = 1024 * 1024;
/** The name of the file part; all other parts are text. */
const FILE_PART = 'file';

/** What a form declares about its file. */
export interface PartFacts {
  fileName: string;
  /** Its `Content-Type`; `text/plain` if there is none. */
  declared: string;
}

/** Where an upload is written to. */
export interface UploadTarget {
  /** The size limit in bytes. */
  maxBytes: number;
  /** Writes the file. */
  save(content: AsyncIterable<Buffer>, facts: PartFacts): Promise<UploadedFile>;
}

/** The refusal of an invalid or truncated form. */
export function brokenForm(cause: unknown): AppError {
  return invalid('The form is incomplete, or is not valid multipart/form-data.', cause);
}

/** Parses one `multipart/form-data` body while it arrives. */
export class FormReader {
  readonly #parser: BusboyInstance;
  readonly #target: UploadTarget;
  readonly #fields = new FormFields();
  readonly #wrong = Promise.withResolvers<never>();
  readonly #finished = Promise.withResolvers<undefined>();
  #content: Readable | undefined;
  #upload: Promise<UploadedFile> | undefined;
  #received = 0;
  #written = 0;
  /** Received chunks whose memory may still be used by a part of the file that is not written yet. */
  #unwritten: { chunk: Buffer; endsAt: number }[] = [];

  /** @throws AppError `invalid_body` when `contentType` names no boundary */
  constructor(contentType: string, target: UploadTarget) {
    this.#parser = parserFor(contentType);
    this.#target = target;
    // Not an unhandled rejection when nobody is waiting.
    this.wrong.catch(() => undefined);
    const refuse = (message: string) => () => this.#refuse(invalid(message));
    this.#parser
      .on('field', (name, text, _nameCut, textCut) => this.#takeField(name, text, textCut))
      .on('file', (name, content, ...facts) => this.#takeFile(name, content, partFacts(facts)))
      .on('filesLimit', refuse('The form has more than one file.'))
      .on('fieldsLimit', refuse(`The form has more than ${MAX_FIELDS} fields.`))
      .on('partsLimit', refuse(`The form has more than ${MAX_FIELDS} fields.`))
      .on('error', (error) => this.#refuse(brokenForm(error)))
      // Can come before the end of the request, if the last boundary is repeated.
      .on('finish', () => this.#finished.resolve(undefined));
  }

  /** Rejects with the first error; never resolves. */
  get wrong(): Promise<never> {
    return this.#wrong.promise;
  }

  /** Parses the next chunk; resolves when the parser is ready for another. */
  async take(chunk: Buffer): Promise<void> {
    this.#received += chunk.length;
    if (this.#received > this.#target.maxBytes + MAX_REST_BYTES) throw new AppError('body_too_large');
    this.#unwritten.push({ chunk, endsAt: this.#received });
    await new Promise<void>((resolve) => this.#parser.write(chunk, () => resolve()));
  }

  /** Signals the end of the body; resolves when everything is parsed. */
  async end(): Promise<void> {
    this.#parser.end();
    await this.#finished.promise;
  }

  /** The complete body. */
  async body(): Promise<Record<string, unknown>> {
    const file = await this.#upload;
    return { ...this.#fields.body(), ...(file && { file }) };
  }

  /** Stops writing the file; resolves when it is no longer in use. */
  async abort(): Promise<void> {
    this.#content?.destroy(new Error('the form was aborted'));
    await this.#upload?.catch(() => undefined);
  }

  #takeField(name: string, text: string, wasCut: boolean): void {
    try {
      if (name === FILE_PART) throw invalid('The part "file" must be a file: it needs a filename.');
      if (wasCut) throw new AppError('body_too_large', { message: `The field "${name}" is too large.` });
      this.#fields.add(name, text);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #takeFile(name: string, content: Readable, facts: PartFacts): void {
    this.#content = content;
    // The parser can report a truncated form on a stream that nobody reads any more.
    content.on('error', () => undefined);
    if (name !== FILE_PART) {
      this.#refuse(invalid('The file must be in the part "file".'));
      return;
    }
    this.#upload = this.#target.save(this.#counted(content), facts);
    this.#upload.catch((error: unknown) => this.#refuse(error));
  }

  /** The content of the file. A chunk has been written by the time the next one is requested. */
  async *#counted(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      yield chunk;
      this.#written += chunk.length;
      this.#releaseWritten();
    }
  }

  /** The file is not longer than the form, so a chunk is unused once that many bytes of the file are written. */
  #releaseWritten(): void {
    const first = this.#unwritten.findIndex(({ endsAt }) => endsAt > this.#written);
    for (const { chunk } of this.#unwritten.splice(0, first < 0 ? this.#unwritten.length : first)) giveBack(chunk);
  }

  #refuse(error: unknown): void {
    this.#wrong.reject(error);
  }
}

function parserFor(contentType: string): BusboyInstance {
  const limits = { fields: MAX_FIELDS, files: 1, fieldSize: MAX_FIELD_BYTES, headerSize: MAX_HEADER_BYTES };
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { ...limits, parts: MAX_FIELDS + 1 },
      isPartAFile: (_name, type, fileName) => fileName !== undefined || type === 'application/octet-stream',
    });
  } catch (cause) {
    throw brokenForm(cause);
  }
}

function partFacts([fileName, , declared]: [fileName: string, encoding: string, declared: string]): PartFacts {
  return { fileName, declared };
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('invalid_body', { message, cause });
}
