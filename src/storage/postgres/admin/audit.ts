import type { AuditFilter, ChainedEntry, StoredAuditEntry } from '../../../domain/audit.ts';
import type { AuditPage, AuditStore } from '../../../ports/audit.ts';
import { type Database, NO_SESSION } from '../database.ts';
import { fragment, sql } from '../sql.ts';

const COLUMNS = fragment`id, chain, seq, at_ms AS "atMs", caller, method, route, tool, session AS "sessionId", status,
  request_id AS "requestId", previous, hash`;

/** The audit log: rows that are only added, and removed when they are old. */
export class PostgresAuditStore implements AuditStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(entries: readonly ChainedEntry[]): Promise<boolean> {
    const [first] = entries;
    if (!first) return true;
    const stored = await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`INSERT INTO audit (chain, seq, at_ms, caller, method, route, tool, session, status, request_id, previous, hash)
            SELECT chain, seq, "atMs", caller, method, route, tool, "sessionId", status, "requestId", previous, hash
            FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) AS given (chain text, seq bigint, "atMs" bigint,
              caller text, method text, route text, tool text, "sessionId" text, status bigint, "requestId" text,
              previous text, hash text)
            WHERE NOT EXISTS (SELECT 1 FROM audit WHERE chain = ${first.chain} AND seq >= ${first.seq}::bigint)
            ORDER BY seq`,
      ),
    );
    return stored > 0;
  }

  async last(chain: string): Promise<StoredAuditEntry | undefined> {
    const [entry] = await this.#db.read<StoredAuditEntry>(
      sql`SELECT ${COLUMNS} FROM audit WHERE chain = ${chain} ORDER BY seq DESC LIMIT 1`,
    );
    return entry;
  }

  async chains(): Promise<string[]> {
    const rows = await this.#db.read<{ chain: string }>(sql`SELECT DISTINCT chain FROM audit ORDER BY chain`);
    return rows.map(({ chain }) => chain);
  }

  of(chain: string, afterSeq: number, limit: number): Promise<StoredAuditEntry[]> {
    return this.#db.read(
      sql`SELECT ${COLUMNS} FROM audit WHERE chain = ${chain} AND seq > ${afterSeq}::bigint ORDER BY seq LIMIT ${limit}::bigint`,
    );
  }

  list(filter: AuditFilter, page: AuditPage): Promise<StoredAuditEntry[]> {
    const limit = fragment`LIMIT ${page.limit}::bigint`;
    return this.#db.read(
      'before' in page
        ? sql`SELECT ${COLUMNS} FROM audit WHERE id < ${page.before}::bigint AND ${matches(filter)} ORDER BY id DESC ${limit}`
        : sql`SELECT ${COLUMNS} FROM audit WHERE id > ${page.after}::bigint AND ${matches(filter)} ORDER BY id ${limit}`,
    );
  }

  removeBefore(beforeMs: number, limit: number): Promise<number> {
    return this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`DELETE FROM audit WHERE id IN
              (SELECT id FROM audit WHERE at_ms < ${beforeMs}::bigint ORDER BY at_ms, id LIMIT ${limit}::bigint)`,
      ),
    );
  }
}

function matches(filter: AuditFilter) {
  const { caller = null, sessionId = null, method = null, route = null, sinceMs = null, untilMs = null } = filter;
  return fragment`(${caller}::text IS NULL OR caller = ${caller}::text)
    AND (${sessionId}::text IS NULL OR session = ${sessionId}::text)
    AND (${method}::text IS NULL OR method = ${method}::text) AND (${route}::text IS NULL OR route = ${route}::text)
    AND (${sinceMs}::bigint IS NULL OR at_ms >= ${sinceMs}::bigint)
    AND (${untilMs}::bigint IS NULL OR at_ms < ${untilMs}::bigint)`;
}
