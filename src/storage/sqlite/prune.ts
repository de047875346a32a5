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
  /** The largest piece. */
  most?: number;
}

/** How long a piece may hold everybody up: the next one is smaller when one took longer. */
const PIECE_MS = 10;
/** The largest piece: each row is in some three pages of its own, with its indexes, and so many pages are one commit. */
const MOST_ROWS = 100;
/** 2 MB. */
const MOST_PAGES = 500;
/** A piece becomes no smaller than this part of the largest, or the commits would cost more than what is in them. */
const SMALLEST = 0.25;
/** So much free space stays in the file, to be used again. */
const SPARE_PAGES = 1_000;

/** How many rows, or pages, go at once: as many as take {@link PIECE_MS}. */
class PieceSize {
  readonly #most: number;
  #size: number;

  constructor(most: number) {
    this.#most = most;
    this.#size = most;
  }

  get now(): number {
    return this.#size;
  }

  /** A piece took so long: the next one is half or twice as large at most. */
  took(ms: number): void {
    const factor = Math.min(2, Math.max(0.5, PIECE_MS / Math.max(ms, 0.1)));
    this.#size = Math.min(this.#most, Math.max(this.#most * SMALLEST, Math.round(this.#size * factor)));
  }
}

/**
 * Removes rows in pieces, each with its own commit and followed by a turn of the event loop, so that a million of them hold up
 * nobody. Stops between two pieces when `signal` is aborted, or enough is removed.
 */
export async function pruneInPieces(
  db: Database,
  pieces: readonly PrunePiece[],
  { signal, isEnough = () => false, most = MOST_ROWS }: PruneLimits = {},
): Promise<void> {
  const size = new PieceSize(most);
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
export function giveBackInPieces(db: Database, signal: AbortSignal | undefined): Promise<void> {
  return pruneInPieces(db, [(pages) => db.giveBack(pages, SPARE_PAGES)], { signal, most: MOST_PAGES });
}
