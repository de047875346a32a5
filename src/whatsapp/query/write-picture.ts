import { readFile } from 'node:fs/promises';
import { type BinaryNode, generateProfilePicture, type WASocket } from '@whiskeysockets/baileys';
import { AppError } from '../../domain/errors.ts';
import type { OutgoingFile } from '../../domain/outgoing.ts';

/** A photo of today's phones has 10 MB. It is decoded in memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Makes the picture of a group or of the account from a file, square and as small as WhatsApp shows it.
 * @throws AppError `unsupported_media` when it is no image, `file_too_large` above 16 MiB
 */
export async function pictureFrom({ path, size }: Pick<OutgoingFile, 'path' | 'size'>): Promise<Buffer> {
  if (size > MAX_BYTES) throw new AppError('file_too_large', { message: 'A picture may have 16 MiB at most.' });
  const bytes = await readFile(path);
  try {
    return (await generateProfilePicture(bytes)).img;
  } catch (error) {
    throw new AppError('unsupported_media', { message: 'The file is no image that can be read.', cause: error });
  }
}

/** Makes this the picture of the group, or of the account without a `target`; without a picture, removes it. @throws AppError `whatsapp_timeout` */
export async function writePicture(
  { query }: Pick<WASocket, 'query'>,
  { target, picture }: { target?: string; picture?: Buffer },
): Promise<void> {
  const content: BinaryNode[] = picture ? [{ tag: 'picture', attrs: { type: 'image' }, content: picture }] : [];
  const attrs = { to: 's.whatsapp.net', type: 'set', xmlns: 'w:profile:picture', ...(target && { target }) };
  const answer = (await query({ tag: 'iq', attrs, ...(content.length > 0 && { content }) })) as unknown;
  if (answer === undefined) throw new AppError('whatsapp_timeout');
}
