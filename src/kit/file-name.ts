/** The limit of file systems and WhatsApp's clients. */
const MAX_BYTES = 255;

/** Control characters, and the marks that change the direction of text. */
const HIDDEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Sanitizes a file name that somebody chose: removes folders, control characters and marks that reverse text, and shortens it to 255
 * bytes while keeping its extension. `null` if nothing is left.
 */
export function cleanFileName(text: string | null | undefined): string | null {
  const last = text?.toWellFormed().split(/[/\\]/).at(-1);
  const name = last?.replaceAll(HIDDEN, '').trim() ?? '';
  return /^\.*$/.test(name) ? null : shortened(name);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  const rest = name.slice(0, name.length - extension.length);
  const { read } = new TextEncoder().encodeInto(rest, new Uint8Array(MAX_BYTES - extension.length));
  return rest.slice(0, read) + extension;
}
