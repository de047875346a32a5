import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import type { Clock } from '../../kit/clock.ts';
import { FILE_NAME } from './open-database.ts';

/** Beside the database: the token of its last use. */
const TOKEN_FILE = 'orchestrator.run';
/** More than is lost of one session between a backup and its restoration. */
const JUMP = 1_000_000;

/** In place of a birth that is not known. */
const UNKNOWN_BIRTH = '0';

/** A row of `runs`. */
interface Run {
  token: string;
  inode: string;
}

/**
 * Recognizes a database that was restored from a backup. Each use of a folder leaves a new token in the database and in a file
 * beside it: after a restoration the two differ, or the file of the database is another one. Numbers that were given since the
 * backup would then be given again, and a consumer would take new events for known ones. So they jump to a new epoch.
 */
export class RestoredBackup {
  readonly #sqlite: Sqlite.Database;
  readonly #folder: string;

  constructor(sqlite: Sqlite.Database, folder: string) {
    this.#sqlite = sqlite;
    this.#folder = folder;
  }

  /** Whether the numbers have jumped, because this is not the database that was last in use here. */
  check(clock: Clock): boolean {
    const last = this.#sqlite.prepare<[], Run>('SELECT token, inode FROM runs').get();
    const isRestored = last !== undefined && !this.#isLast(last);
    if (isRestored) this.#jump(clock.now());
    this.renew();
    return isRestored;
  }

  /** Leaves a new token. A crash in between leaves both in the file. On a full disk the old one stays. */
  renew(): void {
    const token = randomUUID();
    try {
      this.#writeTokens([...this.#tokens().slice(-1), token]);
      this.#sqlite
        .prepare<[Run]>('INSERT OR REPLACE INTO runs (id, token, inode) VALUES (1, @token, @inode)')
        .run({ token, inode: this.#settledInode() });
      this.#writeTokens([token]);
    } catch {
      // The next use leaves another one.
    }
  }

  #isLast({ token, inode }: Run): boolean {
    return this.#tokens().includes(token) && isSameFile(inode, this.#inode());
  }

  /** Seconds and milliseconds since 1970 are higher than whatever was counted before, and so are those of a later restoration. */
  #jump(nowMs: number): void {
    const jump = this.#sqlite.transaction(() => {
      const perSession = Math.floor(nowMs / 1_000);
      this.#sqlite
        .prepare("UPDATE sequences SET last_seq = MAX(last_seq + ?, iif(session_id = '', ?, ?))")
        .run(JUMP, nowMs, perSession);
      this.#sqlite
        .prepare("UPDATE sqlite_sequence SET seq = MAX(seq + ?, ?) WHERE name = 'callbacks'")
        .run(JUMP, nowMs);
    });
    jump();
  }

  /**
   * The inode and the birth of the file, since inodes are used again. The birth is 0 where it is the time of the last change: file
   * systems that do not know it give that instead, and a file that was made a moment ago has both.
   */
  #inode(): string {
    const { ino, birthtimeNs, ctimeNs } = statSync(join(this.#folder, FILE_NAME), { bigint: true });
    return `${ino} ${birthtimeNs === ctimeNs ? UNKNOWN_BIRTH : birthtimeNs}`;
  }

  /** A new file is changed once more, later than its birth, so that this is known: setting its times, even to what they are, is a change. */
  #settledInode(): string {
    const inode = this.#inode();
    if (!inode.endsWith(` ${UNKNOWN_BIRTH}`)) return inode;
    const file = join(this.#folder, FILE_NAME);
    const { atime, mtime } = statSync(file);
    utimesSync(file, atime, mtime);
    return this.#inode();
  }

  #tokens(): string[] {
    try {
      return readFileSync(join(this.#folder, TOKEN_FILE), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  #writeTokens(tokens: readonly string[]): void {
    const file = join(this.#folder, TOKEN_FILE);
    writeFileSync(`${file}.new`, `${tokens.join('\n')}\n`, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }
}

/** A birth that is not known tells no two files apart. */
function isSameFile(one: string, other: string): boolean {
  const [[ino, birth], [otherIno, otherBirth]] = [one.split(' '), other.split(' ')];
  return ino === otherIno && (birth === otherBirth || birth === UNKNOWN_BIRTH || otherBirth === UNKNOWN_BIRTH);
}
