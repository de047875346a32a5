import { type Database } from 'better-sqlite3';
import { type MediaAddress } from '../../../ports/media.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { fileNameOf } from '../../shared/encryption/cell-address.ts';
import { promised } from '../promised.ts';
import { type Vault } from '../../shared/encryption/vault.ts';

/** A file that was fetched. */
export interface MediaRow {
  sessionId: SessionId;
  messageId: string;
  /** Below `DOWNLOADS_DIR`. */
  path: string;
  mimetype: string | null;
  fileName: string | null;
  size: number;
  createdAtMs: number;
}

/** What is known of the files below `DOWNLOADS_DIR`. */
export class SqliteMediaRows {
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, vault: Vault) {
    this.#vault = vault;
    this.#sql = prepare(db);
  }

  find({ sessionId, messageId }: MediaAddress): Promise<MediaRow | undefined> {
    return promised(() => {
      const row = this.#sql.find.get(sessionId, messageId);
      return row && this.#opened(row);
    });
  }

  /** In place of what was known of the same message. */
  put(row: MediaRow): Promise<void> {
    return promised(() => {
      this.#sql.put.run({ ...row, fileName: this.#sealedName(row) });
    });
  }

  /** Those from before `beforeMs`. */
  olderThan(beforeMs: number): Promise<MediaRow[]> {
    return promised(() => this.#sql.olderThan.all(beforeMs).map((row) => this.#opened(row)));
  }

  remove({ sessionId, messageId }: MediaAddress): Promise<void> {
    return promised(() => {
      this.#sql.remove.run(sessionId, messageId);
    });
  }

  #sealedName({ sessionId, messageId, fileName }: MediaRow): string | null {
    return fileName === null ? null : this.#vault.seal(fileNameOf(sessionId, messageId), fileName);
  }

  #opened(row: MediaRow): MediaRow {
    const { sessionId, messageId, fileName } = row;
    return fileName === null ? row : { ...row, fileName: this.#vault.open(fileNameOf(sessionId, messageId), fileName) };
  }
}

const COLUMNS = `session_id AS sessionId, message_id AS messageId, path, mimetype, file_name AS fileName, size,
  created_at_ms AS createdAtMs`;

function prepare(db: Database) {
  return {
    find: db.prepare<[SessionId, string], MediaRow>(
      `SELECT ${COLUMNS} FROM media_files WHERE session_id = ? AND message_id = ?`,
    ),
    put: db.prepare<[MediaRow]>(
      `INSERT OR REPLACE INTO media_files (session_id, message_id, path, mimetype, file_name, size, created_at_ms)
       VALUES (@sessionId, @messageId, @path, @mimetype, @fileName, @size, @createdAtMs)`,
    ),
    olderThan: db.prepare<[number], MediaRow>(
      `SELECT ${COLUMNS} FROM media_files WHERE created_at_ms < ? ORDER BY created_at_ms`,
    ),
    remove: db.prepare<[SessionId, string]>('DELETE FROM media_files WHERE session_id = ? AND message_id = ?'),
  };
}
