import type { Draft, DraftChange, DraftFilter } from '../../../domain/draft.ts';
import type { DraftStore } from '../../../ports/drafts.ts';
import { COMMON, draftMessage } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** The messages that wait for a person; what they say is sealed. */
export class SqliteDraftStore implements DraftStore {
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

  add(draft: Draft, maxWaiting: number): Promise<boolean> {
    const message = this.#vault.seal(draftMessage(draft.id, draft.sessionId, draft.keyId), draft.message);
    return this.#db.write(() => this.#sql.add.run({ ...draft, message, maxWaiting }).changes > 0);
  }

  find(id: string): Promise<Draft | undefined> {
    return this.#db.read(() => {
      const row = this.#sql.find.get(id);
      return row && this.#draftOf(row);
    });
  }

  list({ sessions, sinceMs, ...filter }: DraftFilter, limit: number): Promise<Draft[]> {
    const [keyId, state] = [filter.keyId ?? null, filter.state ?? null];
    const among = sessions ? JSON.stringify(sessions) : null;
    return this.#db.read(() =>
      this.#sql.list.all({ among, keyId, state, sinceMs, limit }).flatMap((row) => this.#draftOf(row) ?? []),
    );
  }

  change(id: string, { from, to, atMs, unchangedSinceMs = Number.MAX_SAFE_INTEGER }: DraftChange): Promise<boolean> {
    return this.#db.write(() => this.#sql.change.run({ id, from, to, atMs, unchangedSinceMs }).changes > 0);
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.#db.write(() => ids.filter((id) => this.#sql.remove.run(id).changes > 0).length);
  }

  removeBefore(beforeMs: number, limit: number): Promise<number> {
    return this.#db.write(() => this.#sql.removeBefore.run(beforeMs, limit).changes);
  }

  #draftOf(row: Draft): Draft | undefined {
    const cell = draftMessage(row.id, row.sessionId, row.keyId);
    const read = () => ({ ...row, message: this.#vault.open(cell, row.message) });
    return this.#damaged.readable({ sessionId: COMMON, cell, stored: row.message }, read, () =>
      this.#sql.remove.run(row.id),
    );
  }
}

const SELECT = `SELECT id, session AS sessionId, key_id AS keyId, message, state, created_at_ms AS createdAtMs,
  changed_at_ms AS changedAtMs FROM drafts`;

function prepare(db: Database) {
  return {
    add: db.prepare<[Draft & { maxWaiting: number }]>(
      `INSERT INTO drafts (id, session, key_id, message, state, created_at_ms, changed_at_ms)
       SELECT @id, @sessionId, @keyId, @message, @state, @createdAtMs, @changedAtMs
       WHERE (SELECT COUNT(*) FROM drafts WHERE key_id = @keyId AND state = 'waiting') < @maxWaiting`,
    ),
    find: db.prepare<[string], Draft>(`${SELECT} WHERE id = ?`),
    list: db.prepare<[Record<'among' | 'keyId' | 'state', string | null> & { sinceMs: number; limit: number }], Draft>(
      `${SELECT} WHERE created_at_ms > @sinceMs AND (@keyId IS NULL OR key_id = @keyId)
         AND (@state IS NULL OR state = @state) AND (@among IS NULL OR session IN (SELECT value FROM json_each(@among)))
       ORDER BY created_at_ms, id LIMIT @limit`,
    ),
    change: db.prepare<[Required<DraftChange> & { id: string }]>(
      `UPDATE drafts SET state = @to, changed_at_ms = @atMs
       WHERE id = @id AND state = @from AND changed_at_ms < @unchangedSinceMs`,
    ),
    remove: db.prepare<[string]>('DELETE FROM drafts WHERE id = ?'),
    removeBefore: db.prepare<[number, number]>(
      'DELETE FROM drafts WHERE id IN (SELECT id FROM drafts WHERE created_at_ms < ? ORDER BY created_at_ms, id LIMIT ?)',
    ),
  };
}
