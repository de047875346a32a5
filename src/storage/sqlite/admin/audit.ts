import type { AuditFilter, ChainedEntry, StoredAuditEntry } from '../../../domain/audit.ts';
import type { AuditPage, AuditStore } from '../../../ports/audit.ts';
import type { Database } from '../database.ts';

/** The audit log: rows that are only added, and removed when they are old. */
export class SqliteAuditStore implements AuditStore {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #addAll: (entries: readonly ChainedEntry[]) => boolean;

  constructor(db: Database) {
    this.#db = db;
    this.#sql = prepare(db);
    this.#addAll = db.transaction((entries: readonly ChainedEntry[]) => {
      const [first] = entries;
      if (first && (this.#sql.last.get(first.chain)?.seq ?? 0) >= first.seq) return false;
      for (const entry of entries) this.#sql.add.run(entry);
      return true;
    });
  }

  add(entries: readonly ChainedEntry[]): Promise<boolean> {
    return this.#db.write(() => this.#addAll(entries));
  }

  last(chain: string): Promise<StoredAuditEntry | undefined> {
    return this.#db.read(() => this.#sql.last.get(chain));
  }

  chains(): Promise<string[]> {
    return this.#db.read(() => this.#sql.chains.all().map(({ chain }) => chain));
  }

  of(chain: string, afterSeq: number, limit: number): Promise<StoredAuditEntry[]> {
    return this.#db.read(() => this.#sql.of.all(chain, afterSeq, limit));
  }

  list(filter: AuditFilter, page: AuditPage): Promise<StoredAuditEntry[]> {
    const { caller = null, sessionId = null, method = null, route = null, sinceMs = null, untilMs = null } = filter;
    const wanted = { caller, sessionId, method, route, sinceMs, untilMs, limit: page.limit };
    return this.#db.read(() =>
      'before' in page
        ? this.#sql.newest.all({ ...wanted, from: page.before })
        : this.#sql.oldest.all({ ...wanted, from: page.after }),
    );
  }

  removeBefore(beforeMs: number, limit: number): Promise<number> {
    return this.#db.write(() => this.#sql.removeBefore.run(beforeMs, limit).changes);
  }
}

/** The parameters of a list; `null` for what restricts nothing. */
interface Wanted extends Record<keyof AuditFilter, string | number | null> {
  from: number;
  limit: number;
}

const SELECT = `SELECT id, chain, seq, at_ms AS atMs, caller, method, route, tool, session AS sessionId, status,
  request_id AS requestId, previous, hash FROM audit`;
const MATCHES = `(@caller IS NULL OR caller = @caller) AND (@sessionId IS NULL OR session = @sessionId)
  AND (@method IS NULL OR method = @method) AND (@route IS NULL OR route = @route)
  AND (@sinceMs IS NULL OR at_ms >= @sinceMs) AND (@untilMs IS NULL OR at_ms < @untilMs)`;

function prepare(db: Database) {
  return {
    add: db.prepare<[ChainedEntry]>(
      `INSERT INTO audit (chain, seq, at_ms, caller, method, route, tool, session, status, request_id, previous, hash)
       VALUES (@chain, @seq, @atMs, @caller, @method, @route, @tool, @sessionId, @status, @requestId, @previous, @hash)`,
    ),
    // The cast: see PENDING of callbacks/callback-queue.ts.
    last: db.prepare<[string], StoredAuditEntry>(`${SELECT} WHERE chain = CAST(? AS TEXT) ORDER BY seq DESC LIMIT 1`),
    chains: db.prepare<[], { chain: string }>('SELECT DISTINCT chain FROM audit ORDER BY chain'),
    of: db.prepare<[string, number, number], StoredAuditEntry>(
      `${SELECT} WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    newest: db.prepare<[Wanted], StoredAuditEntry>(
      `${SELECT} WHERE id < @from AND ${MATCHES} ORDER BY id DESC LIMIT @limit`,
    ),
    oldest: db.prepare<[Wanted], StoredAuditEntry>(
      `${SELECT} WHERE id > @from AND ${MATCHES} ORDER BY id LIMIT @limit`,
    ),
    removeBefore: db.prepare<[number, number]>(
      'DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at_ms < ? ORDER BY at_ms, id LIMIT ?)',
    ),
  };
}
