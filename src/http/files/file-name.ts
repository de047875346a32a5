/** The limit of file systems and WhatsApp's clients. */
const MAX_BYTES = 255;

/** Control characters, and the marks that change the direction of text. */
const HIDDEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Sanitizes a file name: removes folders and control characters, and shortens it to 255 bytes while keeping its extension.
 * `undefined` if nothing is left.
 */
export function cleanFileName(text: string | undefined): string | undefined {
  const last = text?.toWellFormed().split(/[/\\]/).at(-1);
  const name = last?.replaceAll(HIDDEN, '').trim();
  return name === undefined || /^\.*$/.test(name) ? undefined : shortened(name);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  return beginning(name.slice(0, -extension.length || undefined), MAX_BYTES - extension.length) + extension;
}

/** As many whole characters as fit into this many bytes. */
function beginning(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/** The name in a `Content-Disposition` (RFC 6266): `filename*` before `filename`. */
export function nameInDisposition(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^\s;]+)/i.exec(header)?.[1];
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;]+))/i.exec(header) ?? [];
  return decoded(extended) ?? asUtf8(quoted?.replaceAll(/\\(.)/g, '$1') ?? token);
}

/** The last part of a URL's path. */
export function nameInUrl(url: URL): string | undefined {
  return decoded(url.pathname.split('/').at(-1));
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Headers are Latin-1 by specification, but many servers send UTF-8. */
function asUtf8(latin1: string | undefined): string | undefined {
  if (latin1 === undefined) return undefined;
  const utf8 = Buffer.from(latin1, 'latin1').toString('utf8');
  return utf8.includes('\ufffd') ? latin1 : utf8;
}
