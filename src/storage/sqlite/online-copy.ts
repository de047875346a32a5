import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { OverloadedError, StorageUnavailableError } from '../../domain/errors.ts';
import type { GroupCommit } from './group-commit.ts';

/** The name of a copy in `AUTH_DIR`, with what SQLite writes beside it. */
const COPY = /^backup-[0-9a-f-]{36}\.db(-journal)?$/;
/** How much is copied in one turn of the event loop: some milliseconds. */
const PAGES_AT_ONCE = 256;
/** What the disk must have beyond the copy, so that nothing else is refused because of it. */
const SPARE_BYTES = 100 * 1024 * 1024;

/** Copies of the database, made while it is in use. Whoever asks for one takes the file away. */
export class OnlineCopies {
  readonly #sqlite: Sqlite.Database;
  readonly #commits: GroupCommit;
  readonly #folder: string;
  /** One at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(sqlite: Sqlite.Database, commits: GroupCommit, folder: string) {
    this.#sqlite = sqlite;
    this.#commits = commits;
    this.#folder = folder;
  }

  /**
   * Copies the database as it is when the copy is complete, and removes earlier copies that nobody took. Returns the name of the file, in
   * `AUTH_DIR`, of mode 0600.
   * @throws OverloadedError when the disk has no room for it
   */
  create(): Promise<string> {
    const copy = this.#last.then(() => this.#create());
    this.#last = copy.catch(() => undefined);
    return copy;
  }

  async #create(): Promise<string> {
    removeCopies(this.#folder);
    await this.#checkRoom();
    const name = `backup-${randomUUID()}.db`;
    const file = join(this.#folder, name);
    try {
      await (await open(file, 'wx', 0o600)).close();
      await this.#copyTo(file);
      return name;
    } catch (error) {
      removeCopies(this.#folder);
      throw new StorageUnavailableError(error);
    }
  }

  /**
   * SQLite copies no piece while a transaction is open, and under load there is one at every turn. So what is open is committed just
   * before each piece, and nothing is left open in between.
   */
  async #copyTo(file: string): Promise<void> {
    const holding = () => this.#commits.hold();
    holding();
    try {
      const { totalPages } = await this.#sqlite.backup(file, {
        progress: () => {
          this.#commits.release();
          // Runs before the next piece, which is put off to the next turn after this.
          setImmediate(holding);
          return PAGES_AT_ONCE;
        },
      });
      if (totalPages === 0) throw new Error('SQLite copied nothing');
    } finally {
      this.#commits.release();
    }
  }

  async #checkRoom(): Promise<void> {
    const pragma = (name: string) => this.#sqlite.pragma(name, { simple: true }) as number;
    const needed = pragma('page_count') * pragma('page_size') + SPARE_BYTES;
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < needed)
      throw new OverloadedError('The disk of AUTH_DIR has no room for a copy of the database.');
  }
}

/** Removes copies that nobody took away. Call it before the database is used. */
export function removeCopies(folder: string): void {
  for (const name of readdirSync(folder)) if (COPY.test(name)) rmSync(join(folder, name), { force: true });
}
