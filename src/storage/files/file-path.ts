import { createHash } from 'node:crypto';
import mime from 'mime-types';
import type { MediaAddress } from '../../ports/media.ts';

/** Common extensions, in place of correct ones that few media players know. */
const COMMON_EXTENSIONS: Partial<Record<string, string>> = { oga: 'ogg', mpga: 'mp3' };

/**
 * The path of a file, `<session>/<message>.<extension>`. A sender chooses the message id, so an id that could lead elsewhere is
 * hashed.
 */
export function pathOf({ sessionId, messageId }: MediaAddress, mimetype: string | null): string {
  return `${sessionId}/${baseName(messageId)}.${extensionOf(mimetype)}`;
}

function baseName(messageId: string): string {
  const isPlain = /^[A-Za-z0-9_-]{1,128}$/.test(messageId);
  return isPlain ? messageId : createHash('sha256').update(messageId).digest('hex');
}

function extensionOf(mimetype: string | null): string {
  const extension = mime.extension(mimetype ?? '') || 'bin';
  return COMMON_EXTENSIONS[extension] ?? extension;
}
