import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopwatch } from '../../kit/clock.ts';
import type { Database } from './database.ts';

/** Removes up to `limit` rows that have outlived their retention. Returns whether there may be more. */
export type PrunePiece = (limit: number) => boolean;

/** When to stop between two pieces. */
export interface PruneLimits {
  signal?: AbortSignal | undefined;
  /** Whether enough is removed. */
  isEnough?: () => boolean;
}

/** How long a piece may hold everybody up: the next one is smaller when one took longer. */
const PIECE_MS = 10;
/** The largest piece, and the smallest. */
const [MOST_ROWS, FEWEST_ROWS] = [500, 16];
/** 2 MB. */
const PAGES_PER_PIECE = 500;
/** So much free space stays in the file, to be used again. */
const SPARE_PAGES = 1_000;

/** How many rows, or pages, go at once: as many as take {@link PIECE_MS}. */
class PieceSize {
  #size = MOST_ROWS;

  get now(): number {
    return this.#size;
  }

  /** A piece took so long: the next one is half or twice as large at most. */
  took(ms: number): void {
    const factor = Math.min(2, Math.max(0.5, PIECE_MS / Math.max(ms, 0.1)));
    this.#size = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.round(this.#size * factor)));
  }
}

/**
 * Removes rows in pieces, each with its own commit and followed by a turn of the event loop, so that a million of them hold up
 * nobody. Stops between two pieces when `signal` is aborted, or enough is removed.
 */
export async function pruneInPieces(
  db: Database,
  pieces: readonly PrunePiece[],
  { signal, isEnough = () => false }: PruneLimits = {},
): Promise<void> {
  const size = new PieceSize();
  for (const piece of pieces) {
    let isMore = true;
    while (isMore && signal?.aborted !== true && !isEnough()) {
      const elapsedMs = stopwatch();
      isMore = await db.exclusive(() => piece(size.now));
      size.took(elapsedMs());
      await nextTurn();
    }
  }
}

/** Gives the free pages of the file back to the disk, in pieces like those of {@link pruneInPieces}. */
export function giveBackInPieces(db: Database, limits?: PruneLimits): Promise<void> {
  return pruneInPieces(db, [(pages) => db.giveBack(Math.min(pages, PAGES_PER_PIECE), SPARE_PAGES)], limits);
}
