import type { DatabaseSpace } from '../../ports/storage.ts';
import type { Clock } from '../../kit/clock.ts';
import { DAY_MS } from '../shared/retention.ts';
import { awaitedNow } from './callbacks/awaited-events.ts';
import type { Database } from './database.ts';
import { giveBackInPieces, type PrunePiece, pruneInPieces } from './prune.ts';
import type { createStores } from './stores.ts';

/** The stores of which something may go before its time. */
type SheddableStores = Pick<
  ReturnType<typeof createStores>,
  'callbacks' | 'furtherEvents' | 'history' | 'journal' | 'sentMessages'
>;

/** What may go: all that is older than so many days, then what is younger. */
const AGES_MS = [365, 180, 90, 60, 30, 14, 7, 4, 2, 1, 0.5, 0.25, 0.125, 0].map((days) => days * DAY_MS);

/** What a SQLite file takes, and how room is made in it. */
export class SqliteSpace implements DatabaseSpace {
  readonly #db: Database;
  readonly #stores: SheddableStores;
  readonly #clock: Clock;

  constructor(db: Database, stores: SheddableStores, clock: Clock) {
    this.#db = db;
    this.#stores = stores;
    this.#clock = clock;
  }

  bytes(): Promise<number> {
    return this.#db.readUncommitted(() => this.#db.usedBytes() + this.#db.logBytes());
  }

  async shed({ toBytes, beforeMs, signal }: Parameters<DatabaseSpace['shed']>[0]): Promise<number> {
    const isEnough = () => this.#db.usedBytes() <= toBytes;
    let removed = 0;
    const counted = (piece: PrunePiece): PrunePiece => {
      return (limit) => {
        const before = this.#db.changes();
        const isMore = piece(limit);
        removed += this.#db.changes() - before;
        return isMore;
      };
    };
    const nowMs = this.#clock.now();
    for (const ageMs of AGES_MS) {
      if (isEnough() || signal?.aborted === true) break;
      const pieces = this.#olderThan(Math.min(beforeMs, nowMs - ageMs), nowMs - DAY_MS);
      await pruneInPieces(this.#db, pieces.map(counted), { signal, isEnough });
    }
    await giveBackInPieces(this.#db, signal);
    await this.#db.exclusive(() => {
      this.#db.checkpoint();
    });
    return removed;
  }

  /** Recipients may have to get a message again, so it stays for a day (`yesterdayMs`) though it has arrived. */
  #olderThan(beforeMs: number, yesterdayMs: number): PrunePiece[] {
    const { callbacks, furtherEvents, history, journal, sentMessages } = this.#stores;
    const nobody = awaitedNow(undefined, beforeMs);
    return [
      ...callbacks.pruning(beforeMs, nobody),
      (limit) => furtherEvents.prune(beforeMs, nobody, limit),
      (limit) => journal.pruneHandled(beforeMs, limit),
      (limit) => sentMessages.pruneArrived(Math.min(beforeMs, yesterdayMs), limit),
      ...history.pruning(beforeMs),
    ];
  }
}
