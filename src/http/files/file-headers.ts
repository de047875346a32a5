import { type MediaFile } from '../../ports/media.ts';

/** A type, with or without parameters; none of its characters could end the header. */
const TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:; *[\w.+-]{1,50}=[\w.+-]{1,100})*$/;
const MAX_NAME_LENGTH = 150;
/** Control and format characters, halves of an emoji, ends of lines, and what file systems do not take. */
const UNWANTED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]+/gu;

/**
 * How a file that somebody sent is given: to be saved, never to be shown. What its sender says of it is taken only where it
 * can do no harm; `fallbackName` is what it is called when its sender gave it no name.
 */
export function fileHeaders({ mimetype, fileName }: MediaFile, fallbackName: string): Record<string, string> {
  return {
    'Content-Type': mimetype !== null && TYPE.test(mimetype) ? mimetype : 'application/octet-stream',
    'Content-Disposition': disposition(cleanName(fileName ?? '') || fallbackName),
    'X-Content-Type-Options': 'nosniff',
  };
}

/** Without anything that could be a path, end a line, or turn the order of letters around ("exe.jpg" that is "gpj.exe"). */
function cleanName(name: string): string {
  const harmless = name.slice(0, MAX_NAME_LENGTH).replace(UNWANTED, ' ');
  return harmless.replace(/^[. ]+/, '').trim();
}

/** RFC 6266: the name twice, in ASCII for old clients, and as it is. */
function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/[%;]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
