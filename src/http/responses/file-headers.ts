import type { MediaFile } from '../../ports/media.ts';

/** A media type with optional parameters, without characters that could end the header. */
const TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:; *[\w.+-]{1,50}=[\w.+-]{1,100})*$/;
const MAX_NAME_LENGTH = 150;
/** Control and format characters, lone surrogates, line ends, and characters that file systems reject. */
const UNWANTED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]+/gu;

/**
 * The headers of a file that somebody sent: it is to be saved, never to be displayed. The sender's media type and name are used
 * only if they are harmless; `fallbackName` is used for a file without a name.
 */
export function fileHeaders({ mimetype, fileName }: MediaFile, fallbackName: string): Record<string, string> {
  return {
    'Content-Type': mimetype !== null && TYPE.test(mimetype) ? mimetype : 'application/octet-stream',
    'Content-Disposition': disposition(cleanName(fileName ?? '') || fallbackName),
    'X-Content-Type-Options': 'nosniff',
  };
}

/** Removes everything that could form a path, end a line, or reverse the text direction ("gpj.exe" shown as "exe.jpg"). */
function cleanName(name: string): string {
  const harmless = name.slice(0, MAX_NAME_LENGTH).replace(UNWANTED, ' ');
  return harmless.replace(/^[. ]+/, '').trim();
}

/** RFC 6266: the name in ASCII for old clients, and encoded. */
function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/[%;]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
