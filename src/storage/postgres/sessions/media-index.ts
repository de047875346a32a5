import type { SessionId } from '../../../domain/session-id.ts';
import type { MediaAddress, MediaIndex, MediaIndexEntry } from '../../../ports/media.ts';
import { fileNameOf } from '../../shared/encryption/cell-address.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, sql } from '../sql.ts';

/** A row of `media_files`; the name is sealed. */
interface Row extends Omit<MediaIndexEntry, 'fileName'> {
  fileName: Buffer | null;
}

const COLUMNS = fragment`session_id AS "sessionId", message_id AS "messageId", path, mimetype, file_name AS "fileName", size,
  created_at_ms AS "createdAtMs"`;

/** The index of the files below `DOWNLOADS_DIR`. */
export class PostgresMediaIndex implements MediaIndex {
  readonly #db: Database;
  readonly #vault: PostgresVault;
  readonly #damaged: PostgresDamagedValues;

  constructor(db: Database, { vault, damaged }: { vault: PostgresVault; damaged: PostgresDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
  }

  async find({ sessionId, messageId }: MediaAddress): Promise<MediaIndexEntry | undefined> {
    const [row] = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM media_files WHERE session_id = ${sessionId} AND message_id = ${messageId}`,
    );
    return row && this.#opened(row);
  }

  async put(entry: MediaIndexEntry): Promise<void> {
    const { sessionId, messageId, path, mimetype, size, createdAtMs } = entry;
    await this.#db.send(sessionId, (transaction) =>
      transaction.run(
        sql`INSERT INTO media_files (session_id, message_id, path, mimetype, file_name, size, created_at_ms)
            VALUES (${sessionId}, ${messageId}, ${path}, ${mimetype}, ${this.#sealedName(entry)}, ${size}, ${createdAtMs})
            ON CONFLICT (session_id, message_id) DO UPDATE SET path = excluded.path, mimetype = excluded.mimetype,
              file_name = excluded.file_name, size = excluded.size, created_at_ms = excluded.created_at_ms`,
      ),
    );
  }

  async olderThan(beforeMs: number): Promise<MediaIndexEntry[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM media_files WHERE created_at_ms < ${beforeMs} ORDER BY created_at_ms`,
    );
    return rows.map((row) => this.#opened(row));
  }

  /** What is too old goes, whoever owns its session. */
  async remove({ sessionId, messageId }: MediaAddress): Promise<void> {
    await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(sql`DELETE FROM media_files WHERE session_id = ${sessionId} AND message_id = ${messageId}`),
    );
  }

  #sealedName({ sessionId, messageId, fileName }: MediaIndexEntry): Buffer | null {
    return fileName === null ? null : this.#vault.seal(fileNameOf(sessionId, messageId), fileName);
  }

  #opened({ fileName, ...rest }: Row): MediaIndexEntry {
    if (fileName === null) return { ...rest, fileName };
    const { sessionId, messageId }: { sessionId: SessionId; messageId: string } = rest;
    const cell = fileNameOf(sessionId, messageId);
    const name = this.#damaged.readable({ sessionId, cell, stored: fileName }, () => this.#vault.open(cell, fileName));
    return { ...rest, fileName: name ?? null };
  }
}
