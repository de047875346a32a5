import { z } from 'zod';
import type { OutgoingFile } from '../../domain/outgoing.ts';
import { typed } from '../typed.ts';
import { type Base64File, type FileFacts, parseBase64File } from './base64-file.ts';
import { mimetypeOf } from './mimetype.ts';

/** An uploaded file on disk. Only the multipart reader creates instances: JSON cannot. */
export class UploadedFile {
  readonly file: OutgoingFile;

  constructor(file: OutgoingFile) {
    this.file = file;
  }

  /** Identifies the file by its content and declared facts, not by its path. */
  toJSON(): object {
    const { sha256, mimetype, fileName } = this.file;
    return { sha256, mimetype, fileName };
  }
}

/** A file on another server. */
export interface FileAtUrl {
  url: string;
  facts: FileFacts;
}

/** A file as callers can send it. */
export type FileSource = UploadedFile | Base64File | FileAtUrl;

const facts = {
  mimetype: z
    .string()
    .refine((text) => mimetypeOf(text) !== undefined)
    .optional()
    .meta({ description: 'Detected from the content or the name if omitted.', example: 'image/jpeg' }),
  file_name: z.string().max(1_000).optional().meta({ example: 'photo.jpg' }),
};

const inBase64 = z
  .strictObject({ base64: z.string().meta({ description: 'Base64, or a `data:` URL with it.' }), ...facts })
  .transform(
    typed(
      ({ base64, mimetype, file_name: fileName }) => parseBase64File(base64, { mimetype, fileName }),
      'is not base64',
    ),
  );

const atUrl = z
  .strictObject({ url: z.string().max(8_192).meta({ example: 'https://example.com/photo.jpg' }), ...facts })
  .transform(({ url, mimetype, file_name: fileName }) => ({ url, facts: { mimetype, fileName } }));

/**
 * The field `file` of a body: the part `file` of a form, `{"base64"}` or `{"url"}`, the latter two with an optional `mimetype`
 * and `file_name`. Routes that use it declare `files: true`, refuse an invalid one with `invalid_file`, and pass it to
 * `files.open`.
 */
export const fileField: z.ZodType<FileSource> = z
  .union([z.instanceof(UploadedFile), inBase64, atUrl])
  .meta({ id: 'OutgoingFile', description: 'In JSON. Uploads use the part `file` of a form.' });
