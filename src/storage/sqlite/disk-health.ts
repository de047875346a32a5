import type Sqlite from 'better-sqlite3';
import { StorageUnavailableError } from '../../domain/errors.ts';

/**
 * SQLite's codes for trouble with the disk: full, failing, read-only, gone, or a damaged file. Any other error (a violated
 * constraint, a malformed statement) is a bug of ours, which no retry fixes.
 */
const DISK_ERRORS = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED|PROTOCOL|PERM|AUTH)/;

/** Large enough to need new pages: a change of a few bytes may still fit where nothing else does. */
const PROBE_BYTES = 64 * 1024;

/** Whether the disk accepts writes. It is probed only after a write has failed. */
export class DiskHealth {
  readonly #probe: () => void;
  #hasFailed = false;

  constructor(sqlite: Sqlite.Database) {
    const write = sqlite.prepare(`INSERT OR REPLACE INTO settings (name, value) VALUES ('storage probe', ?)`);
    const remove = sqlite.prepare(`DELETE FROM settings WHERE name = 'storage probe'`);
    this.#probe = sqlite.transaction(() => {
      write.run('x'.repeat(PROBE_BYTES));
      remove.run();
    });
  }

  /** Whether the last write failed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * If the last write failed, tries another one.
   * @throws an error of SQLite while the disk accepts nothing
   */
  check(): void {
    if (!this.#hasFailed) return;
    this.#probe();
    this.#hasFailed = false;
  }

  /**
   * The error to throw in place of this one: `StorageUnavailableError` for trouble with the disk, which is remembered. Looks
   * at the code, not the class: SQLite's binary creates its errors, perhaps from another class of that name.
   */
  named(error: unknown): Error {
    const { code } = (error ?? {}) as { code?: unknown };
    if (typeof code !== 'string' || !DISK_ERRORS.test(code)) return error as Error;
    this.#hasFailed = true;
    return new StorageUnavailableError(error);
  }
}
