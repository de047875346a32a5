/** The statements of a table. */
export interface TableStatements {
  /** Whether it is there. */
  exists: string;
  create: string;
  /** Writes a batch, in its order. */
  insert: string;
  /** Forgets which events were written before a moment. */
  forget: string;
  /** Wakes those who listen. */
  notify: string;
}

/**
 * `position` grows in the order in which events become visible, since writers wait for each other: whoever has read up to a position
 * misses nothing. What was written is remembered apart, so that rows may be deleted as soon as they are no longer needed.
 */
export function statementsOf(table: string): TableStatements {
  const name = table.split('.').at(-1) ?? table;
  return {
    exists: `SELECT to_regclass('${table}') IS NOT NULL AND to_regclass('${table}_seen') IS NOT NULL AS "isThere"`,
    create: `
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('${table}', 0));
CREATE TABLE IF NOT EXISTS ${table} (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id text NOT NULL,
  session_id text NOT NULL,
  seq bigint,
  type text NOT NULL,
  data jsonb NOT NULL,
  happened_at timestamptz NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS ${table}_seen (
  webhook_id text PRIMARY KEY,
  written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS ${name}_seen_by_age ON ${table}_seen (written_at);
COMMIT;`,
    insert: `
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('${table}', 0))),
given AS MATERIALIZED (
  SELECT events.* FROM alone, unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
    WITH ORDINALITY AS events (webhook_id, session_id, seq, type, data, at_ms, place)),
fresh AS (
  INSERT INTO ${table}_seen (webhook_id) SELECT webhook_id FROM given ORDER BY place
  ON CONFLICT DO NOTHING RETURNING webhook_id)
INSERT INTO ${table} (webhook_id, session_id, seq, type, data, happened_at)
SELECT webhook_id, session_id, seq, type, data::jsonb, to_timestamp(at_ms / 1000.0)
FROM given JOIN fresh USING (webhook_id) ORDER BY place`,
    forget: `DELETE FROM ${table}_seen WHERE written_at < now() - $1 * interval '1 millisecond'`,
    notify: `SELECT pg_notify('${name}', '')`,
  };
}
