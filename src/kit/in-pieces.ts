/** Entries that are small are handled so many at once; between two pieces, others get their turn. */
const PIECE = 500;

/** The entries in pieces of at most this size. */
export function inPieces<Entry>(entries: readonly Entry[], size = PIECE): Entry[][] {
  const starts = Array.from({ length: Math.ceil(entries.length / size) }, (_, index) => index * size);
  return starts.map((start) => entries.slice(start, start + size));
}
