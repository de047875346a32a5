import type { SessionId } from '../../../domain/session-id.ts';
import type { Database } from '../database.ts';
import { sql } from '../sql.ts';

/** Keys of one type that a session reads. */
export interface AskedKeys {
  sessionId: SessionId;
  type: string;
  ids: readonly string[];
}

/** One of them. */
export interface KeyRow {
  id: string;
  value: Buffer;
}

/** Reads what was asked for, of however many sessions, in one statement. */
export async function readKeys(
  db: Pick<Database, 'readUncommitted'>,
  asked: readonly AskedKeys[],
): Promise<Map<AskedKeys, KeyRow[]>> {
  const [first] = asked;
  return first && asked.length === 1 ? new Map([[first, await readOf(db, first)]]) : readAll(db, asked);
}

function readOf(db: Pick<Database, 'readUncommitted'>, { sessionId, type, ids }: AskedKeys): Promise<KeyRow[]> {
  return db.readUncommitted<KeyRow>(
    sessionId,
    sql`SELECT id, value FROM signal_keys
        WHERE session_id = ${sessionId} AND type = ${type} AND id = ANY(${ids}::text[])`,
  );
}

/** Each key by the primary key, whatever the planner believes of the table. */
async function readAll(db: Pick<Database, 'readUncommitted'>, asked: readonly AskedKeys[]) {
  const keys = asked.flatMap(({ sessionId, type, ids }, at) => ids.map((id) => ({ sessionId, type, id, at })));
  const rows = await db.readUncommitted<KeyRow & { at: number }>(
    asked.map(({ sessionId }) => sessionId),
    sql`SELECT at, name AS id, value
        FROM unnest(${keys.map(({ sessionId }) => sessionId)}::text[], ${keys.map(({ type }) => type)}::text[],
          ${keys.map(({ id }) => id)}::text[], ${keys.map(({ at }) => at)}::integer[]) AS asked (session, kind, name, at),
        LATERAL (SELECT value FROM signal_keys WHERE session_id = session AND type = kind AND id = name LIMIT 1) AS found`,
  );
  const found = Map.groupBy(rows, ({ at }) => at);
  return new Map(asked.map((it, at) => [it, found.get(at) ?? []]));
}
