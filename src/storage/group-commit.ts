import { stopwatch } from '../kit/clock.ts';
import { type Database, type Statement } from 'better-sqlite3';

/** Told of each commit that changed something how long it took to be on the disk, in ms. */
export type Committed = (ms: number) => void;

/** What was written since the last commit, by whomever. */
type Group = PromiseWithResolvers<undefined>;

/**
 * One commit, and so one wait for the disk, for everything that is written in one turn of the event loop, of whatever session.
 * Each piece of work is done at once, in its order, and stands or falls by itself; but nobody hears of its result before all
 * that it may rest on is on the disk. When the commit fails, all of the group fail, and nothing of it is stored. The busier
 * the process is, the more share a commit; alone, one waits for the end of the turn only.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  /** All rows that were ever changed on this connection. */
  readonly #changes: Statement<[], number>;
  readonly #committed: Committed;
  #group: Group | undefined;
  #changesBefore: number | undefined;

  /** `committed` is told of each commit. */
  constructor(db: Database, committed: Committed = () => undefined) {
    this.#committed = committed;
    this.#db = db;
    this.#begin = db.prepare('BEGIN');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  }

  /**
   * The store, whose methods do their work at once, and answer when what was written so far is committed. Those in
   * `atOnce` answer at once: what they find may still be lost, so nobody outside may be told before something is written.
   */
  share<Store extends object>(store: Store, atOnce: readonly (keyof Store)[] = []): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const method = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (atOnce.some((each) => each === name)) return method;
        return (...args: unknown[]) => this.#run(() => method(...args));
      },
    });
  }

  async #run(work: () => Promise<unknown>): Promise<unknown> {
    const group = this.#group ?? this.#open();
    const result = work();
    // SQLite itself undoes everything at some failures, such as of the disk: then the others have lost theirs too.
    if (!this.#db.inTransaction) this.#lose(group, result);
    const [answer] = await Promise.all([result, group.promise]);
    return answer;
  }

  /** Commits what is open now, for whoever writes by himself, or closes the database. */
  flush(): void {
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
      group.reject(error);
    }
  }

  #open(): Group {
    this.#begin.run();
    this.#changesBefore = this.#changes.get();
    const group = Promise.withResolvers<undefined>();
    // Each that waits hears of a failure; where nobody does any more, there is nobody to be told.
    group.promise.catch(() => undefined);
    this.#group = group;
    setImmediate(() => {
      if (this.#group === group) this.flush();
    });
    return group;
  }

  #lose(group: Group, result: Promise<unknown>): void {
    this.#group = undefined;
    result.then(
      () => group.reject(new Error('The transaction ended before its commit')),
      (error: unknown) => group.reject(error),
    );
  }
}
