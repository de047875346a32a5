import { type Database } from 'better-sqlite3';
import { StorageUnavailableError } from '../../domain/errors.ts';
import { wrapMethods } from './wrapped.ts';

/**
 * The errors of SQLite that are the disk's: full, failing, read-only, gone, or damaged. The others (a constraint, a wrong
 * statement) are defects of ours, which trying again does not mend.
 */
const OF_THE_DISK = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED|PROTOCOL|PERM|AUTH)/;

/** Enough that the file must grow for it, or must have room: a change of a few bytes may still fit where nothing else does. */
const PROBE_BYTES = 64 * 1024;

/** Whether the disk takes what is written. It is asked anew only after something could not be stored. */
export class DiskHealth {
  readonly #probe: () => void;
  #trouble: StorageUnavailableError | undefined;

  constructor(db: Database) {
    const write = db.prepare(`INSERT OR REPLACE INTO settings (name, value) VALUES ('storage probe', ?)`);
    const remove = db.prepare(`DELETE FROM settings WHERE name = 'storage probe'`);
    this.#probe = db.transaction(() => {
      write.run('x'.repeat(PROBE_BYTES));
      remove.run();
    });
  }

  /**
   * Tries to write when the last that was written failed.
   * @throws StorageUnavailableError while the disk takes nothing
   */
  check(): void {
    if (!this.#trouble) return;
    try {
      this.#probe();
      this.#trouble = undefined;
    } catch (error) {
      throw this.#named(error);
    }
  }

  /** The store, with the failures of the disk named as such and remembered. All its methods must answer promises. */
  watch<Store extends object>(store: Store): Store {
    return wrapMethods(
      store,
      (_name, method) =>
        (...args) =>
          this.#watched(method(...args)),
    );
  }

  #watched(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      throw this.#named(error);
    });
  }

  /** By its code, not its class: SQLite's errors are made by its binary, which may know another class of that name. */
  #named(error: unknown): unknown {
    const { code } = (error ?? {}) as { code?: unknown };
    if (typeof code !== 'string' || !OF_THE_DISK.test(code)) return error;
    this.#trouble = new StorageUnavailableError(error);
    return this.#trouble;
  }
}
