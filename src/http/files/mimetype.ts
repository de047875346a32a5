import { extname } from 'node:path';
import { lookup } from 'mime-types';

const UNKNOWN = 'application/octet-stream';

/** Declared by senders that do not know the type. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([UNKNOWN, 'binary/octet-stream', 'application/unknown']);

/** The default when nothing is declared, so the content and the name are more reliable. */
const SAYS_LITTLE = 'text/plain';

/** What is known about a file's type. */
export interface KindClues {
  /** Stated by the caller: takes precedence. */
  given?: string | undefined;
  /** The `Content-Type` that came with the file. */
  declared?: string | undefined;
  fileName?: string | undefined;
  /** The first bytes of the content. */
  head: Buffer;
}

/** Determines the media type of a file from the best available clue. */
export function chooseMimetype({ given, declared, fileName, head }: KindClues): string {
  const said = mimetypeOf(declared);
  const trusted = said === SAYS_LITTLE || SAYS_NOTHING.has(said ?? UNKNOWN) ? undefined : said;
  const seen = (): string | undefined => sniffed(head) ?? byName(fileName);
  return mimetypeOf(given) ?? trusted ?? seen() ?? (said === SAYS_LITTLE ? SAYS_LITTLE : UNKNOWN);
}

/**
 * Normalizes `Type/Subtype; charset=…; codecs=…`: lower case, with `codecs` as the only parameter, which WhatsApp requires for
 * voice notes. `undefined` if it is not a media type.
 */
export function mimetypeOf(text: string | undefined): string | undefined {
  const [, type] = /^\s*([\w.+-]+\/[\w.+-]+)\s*(?:;|$)/.exec(text ?? '') ?? [];
  const [, codecs] = /;\s*codecs="?([\w.,-]+)"?/i.exec(text ?? '') ?? [];
  return type && `${type}${codecs === undefined ? '' : `; codecs=${codecs}`}`.toLowerCase();
}

function byName(fileName = ''): string | undefined {
  const extension = extname(fileName);
  return (extension !== '' && lookup(extension)) || undefined;
}

/**
 * The magic numbers of common types. The first match counts; `after` must be found at offset `at`.
 *
 * The package `file-type` could not replace this table. It reports an SVG as `application/xml`, older Office files as
 * `application/x-cfb` and, from the first 64 bytes, newer ones as `application/zip`, where the file name is more precise;
 * and it has other names for what WhatsApp calls `audio/mp4`, `video/mp4` and `image/heic`. We would still need a table of
 * which results to trust, and how to rename them.
 */
const BEGINNINGS: readonly { at?: number; is: string; after?: string; mimetype: string }[] = [
  { is: '\xff\xd8\xff', mimetype: 'image/jpeg' },
  { is: '\x89PNG\r\n\x1a\n', mimetype: 'image/png' },
  { is: 'GIF8', mimetype: 'image/gif' },
  { is: 'RIFF', at: 8, after: 'WEBP', mimetype: 'image/webp' },
  { is: 'RIFF', at: 8, after: 'WAVE', mimetype: 'audio/wav' },
  { is: 'OggS', at: 28, after: 'OpusHead', mimetype: 'audio/ogg; codecs=opus' },
  { is: 'OggS', at: 28, after: '\x80theora', mimetype: 'video/ogg' },
  { is: 'OggS', mimetype: 'audio/ogg' },
  { is: '', at: 4, after: 'ftypM4A', mimetype: 'audio/mp4' },
  { is: '', at: 4, after: 'ftypqt', mimetype: 'video/quicktime' },
  { is: '', at: 4, after: 'ftyp3g', mimetype: 'video/3gpp' },
  { is: '', at: 4, after: 'ftypavif', mimetype: 'image/avif' },
  { is: '', at: 4, after: 'ftyphei', mimetype: 'image/heic' },
  { is: '', at: 4, after: 'ftypmif1', mimetype: 'image/heic' },
  { is: '', at: 4, after: 'ftyp', mimetype: 'video/mp4' },
  { is: 'ID3', mimetype: 'audio/mpeg' },
  { is: '\xff\xfb', mimetype: 'audio/mpeg' },
  { is: '\xff\xf3', mimetype: 'audio/mpeg' },
  { is: '\xff\xf2', mimetype: 'audio/mpeg' },
  { is: '#!AMR', mimetype: 'audio/amr' },
  { is: '%PDF-', mimetype: 'application/pdf' },
];

function sniffed(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  const fits = ({ is, at = 0, after = '' }: (typeof BEGINNINGS)[number]) =>
    text.startsWith(is) && text.startsWith(after, at);
  return BEGINNINGS.find(fits)?.mimetype;
}
