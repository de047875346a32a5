import type { Draft, DraftChange, DraftFilter } from '../../../domain/draft.ts';
import type { DraftStore } from '../../../ports/drafts.ts';
import { COMMON, draftMessage } from '../../shared/encryption/cell-address.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, sql } from '../sql.ts';

/** A row of `drafts`: the message is sealed. */
type Row = Omit<Draft, 'message'> & { message: Buffer };

const COLUMNS = fragment`id, session AS "sessionId", key_id AS "keyId", message, state, created_at_ms AS "createdAtMs",
  changed_at_ms AS "changedAtMs"`;

/** The messages that wait for a person; what they say is sealed. Any node may decide, whichever has the session. */
export class PostgresDraftStore implements DraftStore {
  readonly #db: Database;
  readonly #vault: PostgresVault;
  readonly #damaged: PostgresDamagedValues;

  constructor(db: Database, { vault, damaged }: { vault: PostgresVault; damaged: PostgresDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
  }

  async add({ id, sessionId, keyId, message, state, createdAtMs, changedAtMs }: Draft, maxWaiting: number) {
    const sealed = this.#vault.seal(draftMessage(id, sessionId, keyId), message);
    const added = await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`INSERT INTO drafts (id, session, key_id, message, state, created_at_ms, changed_at_ms)
            SELECT ${id}, ${sessionId}, ${keyId}::text, ${sealed}::bytea, ${state}, ${createdAtMs}::bigint, ${changedAtMs}::bigint
            WHERE (SELECT COUNT(*) FROM drafts WHERE key_id = ${keyId}::text AND state = 'waiting') < ${maxWaiting}::bigint`,
      ),
    );
    return added > 0;
  }

  async find(id: string): Promise<Draft | undefined> {
    const [row] = await this.#db.read<Row>(sql`SELECT ${COLUMNS} FROM drafts WHERE id = ${id}`);
    return row && this.#draftOf(row);
  }

  async list({ sessions, sinceMs, ...filter }: DraftFilter, limit: number): Promise<Draft[]> {
    const [keyId, state] = [filter.keyId ?? null, filter.state ?? null];
    const among = sessions ?? null;
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM drafts WHERE created_at_ms > ${sinceMs}::bigint
            AND (${keyId}::text IS NULL OR key_id = ${keyId}::text) AND (${state}::text IS NULL OR state = ${state}::text)
            AND (${among}::text[] IS NULL OR session = ANY(${among}::text[]))
          ORDER BY created_at_ms, id LIMIT ${limit}::bigint`,
    );
    return rows.flatMap((row) => this.#draftOf(row) ?? []);
  }

  async change(id: string, { from, to, atMs, unchangedSinceMs }: DraftChange): Promise<boolean> {
    const changed = await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`UPDATE drafts SET state = ${to}, changed_at_ms = ${atMs}::bigint WHERE id = ${id} AND state = ${from}
              AND changed_at_ms < ${unchangedSinceMs ?? Number.MAX_SAFE_INTEGER}::bigint`,
      ),
    );
    return changed > 0;
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(sql`DELETE FROM drafts WHERE id = ANY(${ids}::text[])`),
    );
  }

  removeBefore(beforeMs: number, limit: number): Promise<number> {
    return this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`DELETE FROM drafts WHERE id IN
              (SELECT id FROM drafts WHERE created_at_ms < ${beforeMs}::bigint ORDER BY created_at_ms, id LIMIT ${limit}::bigint)`,
      ),
    );
  }

  #draftOf(row: Row): Draft | undefined {
    const cell = draftMessage(row.id, row.sessionId, row.keyId);
    const read = () => ({ ...row, message: this.#vault.open(cell, row.message) });
    const removal = sql`DELETE FROM drafts WHERE id = ${row.id}`;
    return this.#damaged.readable({ sessionId: COMMON, cell, stored: row.message }, read, removal);
  }
}
