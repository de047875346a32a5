/**
 * The audit log: one chain of entries for each node, which hold the hash of the one before. Times are Unix milliseconds. Entries of a
 * session outlive it, so `session` makes it no owner of theirs.
 */
export const audit = `
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  caller TEXT,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  tool TEXT,
  session TEXT,
  status INTEGER,
  request_id TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (chain, seq)
) STRICT;
CREATE INDEX IF NOT EXISTS audit_by_age ON audit (at_ms, id);
`;
