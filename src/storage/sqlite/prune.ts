import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.ts';

/** Removes up to `limit` rows that have outlived their retention. Returns whether there may be more. */
export type PrunePiece = (limit: number) => boolean;

/** Some ten milliseconds of work. */
const ROWS_PER_PIECE = 500;
/** 2 MB. */
const PAGES_PER_PIECE = 500;
/** So much free space stays in the file, to be used again. */
const SPARE_PAGES = 1_000;

/**
 * Removes rows in pieces, each with its own commit and followed by a turn of the event loop, so that a million of them hold up
 * nobody; then gives the space back to the disk. Stops between two pieces when `signal` is aborted.
 */
export async function pruneInPieces(
  db: Database,
  pieces: readonly PrunePiece[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const all: (() => boolean)[] = pieces.map((piece) => () => piece(ROWS_PER_PIECE));
  for (const piece of [...all, () => db.giveBack(PAGES_PER_PIECE, SPARE_PAGES)]) {
    let isMore = true;
    while (isMore && signal?.aborted !== true) {
      isMore = await db.exclusive(piece);
      await nextTurn();
    }
  }
}
