import type Sqlite from 'better-sqlite3';
import { type Clock, stopwatch, type Timer } from '../../kit/clock.ts';

/** Called after each commit that changed something, with the time that it took to reach the disk, in ms. */
export type CommitListener = (ms: number) => void;

/** The dependencies of {@link GroupCommit}. */
export interface GroupCommitDeps {
  clock: Clock;
  onCommit?: CommitListener;
}

/** A write that nobody waits for, since it can be repeated when a crash loses it. */
export interface DeferredWrite {
  write(): void;
  /** The transaction that contained the write was rolled back; it will be written again. */
  undone(): void;
}

/** Everything that was written since the last commit, by whichever store. Its promise settles with the commit. */
interface Group extends PromiseWithResolvers<undefined> {
  deferredWrites: DeferredWrite[];
}

/** How long a deferred write waits for a commit to share, and how long after a failure it is tried again. */
const DEFER_MS = 20;
const RETRY_MS = 1_000;
/** When more deferred writes than this are waiting, adding another one waits for the disk. */
const MAX_DEFERRED_WRITES = 200;

/**
 * Group commit: everything written within one turn of the event loop, by whichever session, shares one transaction and
 * therefore one wait for the disk. Each piece of work is done at once, in order, and fails on its own; but its result is
 * withheld until everything that it may depend on is on disk. If the commit fails, the whole group fails and nothing of it
 * is stored. The busier the process, the more work shares a commit; an idle one waits for the end of the turn only. Deferred
 * writes join whichever commit comes next.
 */
export class GroupCommit {
  readonly #sqlite: Sqlite.Database;
  readonly #begin: Sqlite.Statement<[]>;
  readonly #commit: Sqlite.Statement<[]>;
  readonly #rollback: Sqlite.Statement<[]>;
  readonly #totalChanges: Sqlite.Statement<[], number>;
  readonly #clock: Clock;
  readonly #onCommit: CommitListener;
  #group: Group | undefined;
  #changesBefore: number | undefined;
  /** The deferred writes that are not part of any group yet. */
  #deferredWrites: DeferredWrite[] = [];
  /** Why the latest deferred write failed. */
  #lastFailure: unknown;
  #flushTimer: Timer | undefined;
  #isHeld = false;
  readonly #undone: (() => void)[] = [];

  constructor(sqlite: Sqlite.Database, { clock, onCommit = () => undefined }: GroupCommitDeps) {
    this.#clock = clock;
    this.#onCommit = onCommit;
    this.#sqlite = sqlite;
    this.#begin = sqlite.prepare('BEGIN');
    this.#commit = sqlite.prepare('COMMIT');
    this.#rollback = sqlite.prepare('ROLLBACK');
    this.#totalChanges = sqlite.prepare<[], number>('SELECT total_changes()').pluck();
  }

  /** The number of rows changed since this connection was opened, removed ones included. */
  get changes(): number {
    return this.#totalChanges.get() ?? 0;
  }

  /** Whether there is uncommitted work. */
  get isOpen(): boolean {
    return this.#group !== undefined;
  }

  /** Whether everything is on disk, deferred writes included. */
  get isIdle(): boolean {
    return this.#group === undefined && this.#deferredWrites.length === 0;
  }

  /** Whether too many deferred writes are waiting, as they do on a full disk. */
  get isBackedUp(): boolean {
    return this.#deferredWrites.length > MAX_DEFERRED_WRITES;
  }

  /** Whether this write is still waiting; {@link lastFailure} says why the latest one failed. */
  isWaiting(deferred: DeferredWrite): boolean {
    return this.#deferredWrites.includes(deferred);
  }

  get lastFailure(): unknown {
    return this.#lastFailure;
  }

  /**
   * Runs `work` within the open group, or a new one. `committed` settles with the group's commit.
   * @throws whatever `work` throws
   */
  perform<Result>(work: () => Result): { result: Result; committed: Promise<undefined> } {
    const group = this.#group ?? this.#open();
    // A deferred write has ended the transaction: nothing may be written outside of one.
    if (group !== this.#group) throw this.#lastFailure;
    const result = this.#within(group, work);
    if (this.#isHeld) this.flush();
    return { result, committed: group.promise };
  }

  /** Calls `listener` whenever a group was rolled back. */
  onUndone(listener: () => void): void {
    this.#undone.push(listener);
  }

  /** Commits what is open, and until {@link release} every write at once: no transaction outlasts the call that began it. */
  hold(): void {
    if (this.#group) this.flush();
    this.#isHeld = true;
  }

  /** Lets writes share commits again. */
  release(): void {
    this.#isHeld = false;
  }

  /** Adds a write to the open group, or to the next one, which is opened soon. */
  defer(deferred: DeferredWrite): void {
    this.#deferredWrites.push(deferred);
    if (this.#group) this.#writeDeferred(this.#group);
    else this.#flushTimer ??= this.#clock.after(DEFER_MS, () => this.flush());
  }

  /** Commits now: for whoever needs a transaction of its own, or closes the database. */
  flush(): void {
    if (!this.#group && this.#deferredWrites.length > 0 && this.#sqlite.open) this.#open();
    const group = this.#group;
    if (!group) return;
    this.#group = undefined;
    const elapsedMs = stopwatch();
    try {
      this.#commit.run();
      if (this.changes !== this.#changesBefore) this.#onCommit(elapsedMs());
      group.resolve(undefined);
    } catch (error) {
      if (this.#sqlite.inTransaction) this.#rollback.run();
      this.#fail(group, error);
    }
  }

  #open(): Group {
    this.#begin.run();
    this.#changesBefore = this.changes;
    const group: Group = { ...Promise.withResolvers<undefined>(), deferredWrites: [] };
    // Whoever waits handles the failure; when nobody waits, it must not become an unhandled rejection.
    group.promise.catch(() => undefined);
    this.#group = group;
    setImmediate(() => {
      if (this.#group === group) this.flush();
    });
    this.#writeDeferred(group);
    return group;
  }

  /** SQLite itself rolls back the transaction at some failures, such as of the disk: then the whole group has failed. */
  #within<Result>(group: Group, work: () => Result): Result {
    try {
      const result = work();
      if (!this.#sqlite.inTransaction) this.#fail(group, new Error('The transaction ended before its commit'));
      return result;
    } catch (error) {
      if (!this.#sqlite.inTransaction) this.#fail(group, error);
      throw error;
    }
  }

  /** Writes what is deferred. A write that fails is repeated with a later group. */
  #writeDeferred(group: Group): void {
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    for (const deferred of this.#deferredWrites.splice(0)) {
      try {
        if (this.#group !== group) throw this.#lastFailure;
        deferred.write();
        group.deferredWrites.push(deferred);
      } catch (error) {
        this.#postpone([deferred], error);
        if (this.#group === group && !this.#sqlite.inTransaction) this.#fail(group, error);
      }
    }
  }

  #fail(group: Group, error: unknown): void {
    if (this.#group === group) this.#group = undefined;
    for (const listener of this.#undone) listener();
    this.#postpone(group.deferredWrites, error);
    group.reject(error);
  }

  #postpone(deferredWrites: readonly DeferredWrite[], error: unknown): void {
    if (deferredWrites.length === 0) return;
    for (const deferred of deferredWrites) deferred.undone();
    this.#lastFailure = error;
    this.#deferredWrites = [...deferredWrites, ...this.#deferredWrites];
    this.#flushTimer ??= this.#clock.after(RETRY_MS, () => this.flush());
  }
}
