import { statSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import { DiskHealth } from './disk-health.ts';
import { type DeferredWrite, GroupCommit, type GroupCommitDeps } from './group-commit.ts';
import { OnlineCopies } from './online-copy.ts';
import { usedBytes } from './used-bytes.ts';

/**
 * The database as the stores use it. Every method of a store goes through exactly one of {@link write}, {@link read},
 * {@link readCommitted} and {@link readUncommitted}, which says what its promise is worth.
 *
 * The work itself is always done synchronously, at the call: two calls in a row take effect in that order, even when the
 * first is not awaited. Failures of the disk become `StorageUnavailableError`.
 */
export class Database {
  /** Compiles a statement. */
  readonly prepare: Sqlite.Database['prepare'];
  /** Wraps a function so that all of its statements take effect or none; within an open group it is a savepoint. */
  readonly transaction: Sqlite.Database['transaction'];
  readonly #sqlite: Sqlite.Database;
  readonly #commits: GroupCommit;
  readonly #disk: DiskHealth;

  constructor(sqlite: Sqlite.Database, deps: GroupCommitDeps) {
    this.prepare = sqlite.prepare.bind(sqlite);
    this.transaction = sqlite.transaction.bind(sqlite);
    this.#sqlite = sqlite;
    this.#commits = new GroupCommit(sqlite, deps);
    this.#disk = new DiskHealth(sqlite);
  }

  /** Runs `work` as part of the next group commit. Resolves when that is on disk. */
  async write<Result>(work: () => Result): Promise<Result> {
    try {
      const { result, committed } = this.#commits.perform(work);
      await committed;
      return result;
    } catch (error) {
      throw this.#disk.named(error);
    }
  }

  /**
   * Reads everything that was written before, deferred writes included. Resolves when that is on disk: at once when
   * nothing is uncommitted.
   */
  read<Result>(work: () => Result): Promise<Result> {
    return this.#commits.isIdle ? this.readUncommitted(work) : this.write(work);
  }

  /**
   * As {@link read}, but neither sees deferred writes nor forces them to disk: for callers that keep track of them. If
   * `work` writes something, that too is on disk when this resolves.
   */
  readCommitted<Result>(work: () => Result): Promise<Result> {
    return this.#commits.isOpen ? this.write(work) : this.readUncommitted(work);
  }

  /**
   * Reads what the process has written so far and resolves at once: a crash may still undo it. Only for results that nobody
   * outside sees before something written after them is on disk: commits keep their order.
   */
  readUncommitted<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      try {
        resolve(work());
      } catch (error) {
        reject(this.#disk.named(error));
      }
    });
  }

  /**
   * Writes something that nobody waits for, with the next commit and soon in any case. Resolves at once, unless too many
   * such writes are waiting: then when this one is on disk.
   */
  async writeLater(deferred: DeferredWrite): Promise<void> {
    this.#commits.defer(deferred);
    if (!this.#commits.isBackedUp) return;
    await this.write(() => undefined);
    if (this.#commits.isWaiting(deferred)) throw this.#disk.named(this.#commits.lastFailure);
  }

  /** Calls `listener` whenever what was written, and perhaps read, was rolled back instead of committed. */
  onUndone(listener: () => void): void {
    this.#commits.onUndone(listener);
  }

  /** Commits what is open, then runs `work` outside of any group: for pragmas, checkpoints and transactions of its own. */
  exclusive<Result>(work: () => Result): Promise<Result> {
    return this.readUncommitted(() => {
      this.#commits.flush();
      return work();
    });
  }

  /**
   * Resolves when the disk accepts writes; probes it only if a write has failed since it last did.
   * @throws StorageUnavailableError while it does not
   */
  async check(): Promise<void> {
    // Each login asks: nothing is committed for it while the disk is well.
    if (this.#disk.hasFailed) await this.exclusive(() => this.#disk.check());
  }

  /**
   * Gives up to `pages` free pages of the file back to the disk, but leaves some to be used again. Returns whether there are
   * more. Does nothing in a file that cannot do that. Only within {@link exclusive}.
   */
  giveBack(pages: number, spare: number): boolean {
    const free = () => this.#sqlite.pragma('freelist_count', { simple: true }) as number;
    const before = free();
    if (before <= spare) return false;
    this.#sqlite.pragma(`incremental_vacuum(${Math.min(pages, before - spare)})`);
    return free() < before && free() > spare;
  }

  /** How many rows were changed since the file was opened, removed ones included. */
  changes(): number {
    return this.#commits.changes;
  }

  /** What is in use of the file, in bytes: all but its free pages. */
  usedBytes(): number {
    return usedBytes(this.#sqlite);
  }

  /** The size of the write-ahead log, in bytes. */
  logBytes(): number {
    return statSync(`${this.#sqlite.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Moves the write-ahead log into the database file and empties it. Only within {@link exclusive}. */
  checkpoint(): void {
    this.#sqlite.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** Copies of the file in this folder, made while it is in use. */
  copiesIn(folder: string): OnlineCopies {
    return new OnlineCopies(this.#sqlite, this.#commits, folder);
  }

  /** Closes the file. */
  close(): void {
    this.#sqlite.close();
  }
}
