import { type Clock, stopwatch, type Timer } from '../../kit/clock.ts';
import { type Database, type Statement } from 'better-sqlite3';
import { wrapMethods } from './wrapped.ts';

/** Told of each commit that changed something how long it took to be on the disk, in ms. */
export type Committed = (ms: number) => void;

/** What a group commit works with. */
export interface GroupCommitDeps {
  clock: Clock;
  committed?: Committed;
}

/** Something to be written that nobody waits for: when it is lost in a crash, it is done once more. */
export interface DeferredWrite {
  write(): void;
  /** What it wrote is not stored after all; it will be written again. */
  undone(): void;
}

/** Which methods of a store do not wait for a commit of their own. */
export interface Exceptions<Store> {
  /** They answer at once: what they find may still be lost, so nobody outside may be told before something is written. */
  atOnce?: readonly (keyof Store)[];
  /** They answer when what is there by now is committed, which it mostly is; what they write themselves is their own commit then. */
  reads?: readonly (keyof Store)[];
}

/** What was written since the last commit, by whomever. */
interface Group extends PromiseWithResolvers<undefined> {
  deferredWrites: DeferredWrite[];
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** The longest that an errand waits for a commit of somebody else, and how long after one that failed it is tried again. */
const SOON_MS = 20;
const AGAIN_MS = 1_000;
/** With more errands than this waiting, whoever adds one waits for the disk. */
const MAX_DEFERRED_WRITES = 200;

/**
 * One commit, and so one wait for the disk, for everything that is written in one turn of the event loop, of whatever session.
 * Each piece of work is done at once, in its order, and stands or falls by itself; but nobody hears of its result before all
 * that it may rest on is on the disk. When the commit fails, all of the group fail, and nothing of it is stored. The busier
 * the process is, the more share a commit; alone, one waits for the end of the turn only. Errands go along with whatever
 * commit comes next.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  /** All rows that were ever changed on this connection. */
  readonly #changes: Statement<[], number>;
  readonly #clock: Clock;
  readonly #committed: Committed;
  #group: Group | undefined;
  #changesBefore: number | undefined;
  /** Those that are not written yet. */
  #deferredWrites: DeferredWrite[] = [];
  #deferredFailure: unknown;
  #soon: Timer | undefined;

  /** `committed` is told of each commit. */
  constructor(db: Database, { clock, committed = () => undefined }: GroupCommitDeps) {
    this.#clock = clock;
    this.#committed = committed;
    this.#db = db;
    this.#begin = db.prepare('BEGIN');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  }

  /** The store, whose methods do their work at once, and answer when what was written so far is committed, but for the exceptions. */
  share<Store extends object>(store: Store, { atOnce = [], reads = [] }: Exceptions<Store> = {}): Store {
    const among = (names: readonly (keyof Store)[], name: string | symbol) => names.some((each) => each === name);
    return wrapMethods(store, (name, member) => {
      const method = member as Method;
      if (among(atOnce, name)) return method;
      if (among(reads, name)) return (...args) => this.#read(() => method(...args));
      return (...args) => this.#run(() => method(...args));
    });
  }

  /**
   * Has the errand written with the next commit, soon in any case. Answers at once, unless many wait by now: then when it is
   * committed, or with the failure.
   */
  async later(deferred: DeferredWrite): Promise<void> {
    this.#deferredWrites.push(deferred);
    if (this.#group) this.#catchUp(this.#group);
    else this.#soon ??= this.#clock.after(SOON_MS, () => this.flush());
    if (this.#deferredWrites.length <= MAX_DEFERRED_WRITES) return;
    await this.#run(() => Promise.resolve());
    if (this.#deferredWrites.includes(deferred)) throw this.#deferredFailure;
  }

  /** Commits what is open now, for whoever writes by himself, or closes the database. */
  flush(): void {
    if (!this.#group && this.#deferredWrites.length > 0 && this.#db.open) this.#open();
    const group = this.#group;
    if (!group) return;
    this.#group = undefined;
    const elapsedMs = stopwatch();
    try {
      this.#commit.run();
      if (this.#changes.get() !== this.#changesBefore) this.#committed(elapsedMs());
      group.resolve(undefined);
    } catch (error) {
      if (this.#db.inTransaction) this.#rollback.run();
      this.#fail(group, error);
    }
  }

  async #run(work: () => Promise<unknown>): Promise<unknown> {
    const group = this.#group ?? this.#open();
    // It failed as it was opened: nothing may be written outside of it.
    if (group !== this.#group) return group.promise;
    return this.#within(group, work());
  }

  #read(work: () => Promise<unknown>): Promise<unknown> {
    return this.#group ? this.#within(this.#group, work()) : work();
  }

  async #within(group: Group, result: Promise<unknown>): Promise<unknown> {
    // SQLite itself undoes everything at some failures, such as of the disk: then the others have lost theirs too.
    if (!this.#db.inTransaction) this.#lose(group, result);
    const answer = await result;
    await group.promise;
    return answer;
  }

  #open(): Group {
    this.#begin.run();
    this.#changesBefore = this.#changes.get();
    const group: Group = { ...Promise.withResolvers<undefined>(), deferredWrites: [] };
    // Each that waits hears of a failure; where nobody does any more, there is nobody to be told.
    group.promise.catch(() => undefined);
    this.#group = group;
    setImmediate(() => {
      if (this.#group === group) this.flush();
    });
    this.#catchUp(group);
    return group;
  }

  /** Writes the errands; one that fails is written again with a later group. */
  #catchUp(group: Group): void {
    this.#soon?.cancel();
    this.#soon = undefined;
    for (const deferred of this.#deferredWrites.splice(0)) {
      try {
        if (this.#group !== group) throw this.#deferredFailure;
        deferred.write();
        group.deferredWrites.push(deferred);
      } catch (error) {
        this.#putOff([deferred], error);
        if (this.#group === group && !this.#db.inTransaction) this.#fail(group, error);
      }
    }
  }

  #lose(group: Group, result: Promise<unknown>): void {
    const ended = new Error('The transaction ended before its commit');
    this.#group = undefined;
    this.#putOff(group.deferredWrites, ended);
    result.then(
      () => group.reject(ended),
      (error: unknown) => group.reject(error),
    );
  }

  #fail(group: Group, error: unknown): void {
    if (this.#group === group) this.#group = undefined;
    this.#putOff(group.deferredWrites, error);
    group.reject(error);
  }

  #putOff(deferredWrites: readonly DeferredWrite[], error: unknown): void {
    if (deferredWrites.length === 0) return;
    for (const deferred of deferredWrites) deferred.undone();
    this.#deferredFailure = error;
    this.#deferredWrites = [...deferredWrites, ...this.#deferredWrites];
    this.#soon ??= this.#clock.after(AGAIN_MS, () => this.flush());
  }
}
