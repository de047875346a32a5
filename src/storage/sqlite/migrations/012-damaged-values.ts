/**
 * Stored values that could not be read, as they were found: `place` names table, column and row. `session_id` is empty for a
 * value that belongs to no session. The other index finds expired answers when they are removed in pieces.
 */
export const damagedValues = `
CREATE TABLE damaged_values (
  place TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  value BLOB NOT NULL,
  found_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX damaged_values_of_session ON damaged_values (session_id);
CREATE INDEX damaged_values_by_age ON damaged_values (found_at_ms);
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);
`;
