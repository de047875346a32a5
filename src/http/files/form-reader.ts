import { type Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { giveBack } from '../../kit/give-back.ts';
import { AppError } from '../../domain/errors.ts';
import { type UploadedFile } from './file-field.ts';
import { FormFields } from './form-fields.ts';

const MAX_FIELDS = 100;
const MAX_FIELD_BYTES = 512 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** How much longer than its file a form may be. */
const MAX_REST_BYTES = 1024 * 1024;
/** The part that is the file; all others are text. */
const FILE_PART = 'file';

/** What came with a file. */
export interface PartFacts {
  fileName: string;
  /** Its `Content-Type`; `text/plain` when it has none. */
  declared: string;
}

/** Where an upload goes. */
export interface UploadTarget {
  /** The largest file in bytes. */
  maxBytes: number;
  /** Writes the file that comes. */
  save(content: AsyncIterable<Buffer>, facts: PartFacts): Promise<UploadedFile>;
}

/** The refusal of what is no form, or only the beginning of one. */
export function brokenForm(cause: unknown): AppError {
  return invalid('The form broke off, or is not multipart/form-data as it says.', cause);
}

/** One form of `multipart/form-data` while it comes in. */
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
  /** What has come, piece by piece, and may be in a part of the file that is not written yet. */
  #unwritten: { piece: Buffer; endsAt: number }[] = [];

  /** @throws AppError `invalid_body` when `contentType` names no boundary */
  constructor(contentType: string, target: UploadTarget) {
    this.#parser = parserFor(contentType);
    this.#target = target;
    // Whoever waits hears of it; when nobody does, it is no unhandled rejection.
    this.wrong.catch(() => undefined);
    const refuse = (message: string) => () => this.#refuse(invalid(message));
    this.#parser
      .on('field', (name, text, _nameCut, textCut) => this.#takeField(name, text, textCut))
      .on('file', (name, content, ...facts) => this.#takeFile(name, content, partFacts(facts)))
      .on('filesLimit', refuse('The form has more than one file.'))
      .on('fieldsLimit', refuse(`The form has more than ${MAX_FIELDS} fields.`))
      .on('partsLimit', refuse(`The form has more than ${MAX_FIELDS} fields.`))
      .on('error', (error) => this.#refuse(brokenForm(error)))
      // Which may be before the end of the request, when the last boundary comes twice.
      .on('finish', () => this.#finished.resolve(undefined));
  }

  /** Rejects with the first thing that is wrong; never resolves. */
  get wrong(): Promise<never> {
    return this.#wrong.promise;
  }

  /** Takes the next piece; resolves when there is room for another. */
  async take(piece: Buffer): Promise<void> {
    this.#received += piece.length;
    if (this.#received > this.#target.maxBytes + MAX_REST_BYTES) throw new AppError('body_too_large');
    this.#unwritten.push({ piece, endsAt: this.#received });
    await new Promise<void>((resolve) => this.#parser.write(piece, () => resolve()));
  }

  /** Says that nothing more comes; resolves when everything was read. */
  async end(): Promise<void> {
    this.#parser.end();
    await this.#finished.promise;
  }

  /** The body, once everything is in it. */
  async body(): Promise<Record<string, unknown>> {
    const file = await this.#upload;
    return { ...this.#fields.body(), ...(file && { file }) };
  }

  /** Stops writing the file; resolves when nothing touches it any more. */
  async giveUp(): Promise<void> {
    this.#content?.destroy(new Error('the form was given up'));
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
    // The parser may report a form that broke off on a stream of which nobody reads any more.
    content.on('error', () => undefined);
    if (name !== FILE_PART) {
      this.#refuse(invalid('The file must come in the part "file".'));
      return;
    }
    this.#upload = this.#target.save(this.#counted(content), facts);
    this.#upload.catch((error: unknown) => this.#refuse(error));
  }

  /** The file, of which each part is written by the time the next one is asked for. */
  async *#counted(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of content) {
      yield part;
      this.#written += part.length;
      this.#giveBackWritten();
    }
  }

  /** The file is no longer than the form: once as much of it is written as a piece ends at, nothing needs that piece. */
  #giveBackWritten(): void {
    const first = this.#unwritten.findIndex(({ endsAt }) => endsAt > this.#written);
    for (const { piece } of this.#unwritten.splice(0, first < 0 ? this.#unwritten.length : first)) giveBack(piece);
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
