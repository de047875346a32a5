import type { SessionId } from '../../../domain/session-id.ts';
import type { MediaAddress, MediaIndex, MediaIndexEntry } from '../../../ports/media.ts';
import { fileNameOf } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** The index of the files below `DOWNLOADS_DIR`. */
export class SqliteMediaIndex implements MediaIndex {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { vault, damaged }: { vault: Vault; damaged: SqliteDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#sql = prepare(db);
  }

  find({ sessionId, messageId }: MediaAddress): Promise<MediaIndexEntry | undefined> {
    return this.#db.read(() => {
      const row = this.#sql.find.get(sessionId, messageId);
      return row && this.#opened(row);
    });
  }

  put(entry: MediaIndexEntry): Promise<void> {
    return this.#db.write(() => {
      this.#sql.put.run({ ...entry, fileName: this.#sealedName(entry) });
    });
  }

  olderThan(beforeMs: number): Promise<MediaIndexEntry[]> {
    return this.#db.read(() => this.#sql.olderThan.all(beforeMs).map((row) => this.#opened(row)));
  }

  remove({ sessionId, messageId }: MediaAddress): Promise<void> {
    return this.#db.write(() => {
      this.#sql.remove.run(sessionId, messageId);
    });
  }

  #sealedName({ sessionId, messageId, fileName }: MediaIndexEntry): string | null {
    return fileName === null ? null : this.#vault.seal(fileNameOf(sessionId, messageId), fileName);
  }

  #opened(row: MediaIndexEntry): MediaIndexEntry {
    const { sessionId, messageId, fileName } = row;
    if (fileName === null) return row;
    const cell = fileNameOf(sessionId, messageId);
    const name = this.#damaged.readable({ sessionId, cell, stored: fileName }, () => this.#vault.open(cell, fileName));
    return { ...row, fileName: name ?? null };
  }
}

const COLUMNS = `session_id AS sessionId, message_id AS messageId, path, mimetype, file_name AS fileName, size,
  created_at_ms AS createdAtMs`;

function prepare(db: Database) {
  return {
    find: db.prepare<[SessionId, string], MediaIndexEntry>(
      `SELECT ${COLUMNS} FROM media_files WHERE session_id = ? AND message_id = ?`,
    ),
    put: db.prepare<[MediaIndexEntry]>(
      `INSERT OR REPLACE INTO media_files (session_id, message_id, path, mimetype, file_name, size, created_at_ms)
       VALUES (@sessionId, @messageId, @path, @mimetype, @fileName, @size, @createdAtMs)`,
    ),
    olderThan: db.prepare<[number], MediaIndexEntry>(
      `SELECT ${COLUMNS} FROM media_files WHERE created_at_ms < ? ORDER BY created_at_ms`,
    ),
    remove: db.prepare<[SessionId, string]>('DELETE FROM media_files WHERE session_id = ? AND message_id = ?'),
  };
}
