import { z } from 'zod';
import { type OutgoingFile } from '../../domain/outgoing.ts';
import { typed } from '../typed.ts';
import { type Base64File, type FileFacts, parseBase64File } from './base64-file.ts';
import { mimetypeOf } from './mimetype.ts';

/** A file that was uploaded, and is on disk. Only the reader of multipart bodies makes one: JSON cannot. */
export class UploadedFile {
  readonly file: OutgoingFile;

  constructor(file: OutgoingFile) {
    this.file = file;
  }

  /** What tells one file from another: where it lies is no part of it. */
  toJSON(): object {
    const { sha256, mimetype, fileName } = this.file;
    return { sha256, mimetype, fileName };
  }
}

/** A file that somebody else has. */
export interface FileAtUrl {
  url: string;
  facts: FileFacts;
}

/** What a caller gives as a file. */
export type FileSource = UploadedFile | Base64File | FileAtUrl;

const facts = {
  mimetype: z
    .string()
    .refine((text) => mimetypeOf(text) !== undefined)
    .optional()
    .meta({ description: 'Without it the kind is read from the content or the name.', example: 'image/jpeg' }),
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
 * The field `file` of a body, whichever way it comes: the part `file` of a form, `{"base64"}` or `{"url"}`, both with
 * `mimetype` and `file_name` where the caller knows them. Routes that have it declare `files: true`, refuse a wrong one with
 * `invalid_file`, and hand it to `files.open`.
 */
export const fileField: z.ZodType<FileSource> = z
  .union([z.instanceof(UploadedFile), inBase64, atUrl])
  .meta({ id: 'OutgoingFile', description: 'In JSON. An upload comes in the part `file` of a form.' });
