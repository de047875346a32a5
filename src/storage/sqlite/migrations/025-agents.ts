/**
 * The audit log: one chain of entries for each node, which hold the hash of the one before. Times are Unix milliseconds. Entries of a
 * session outlive it, so `session` makes it no owner of theirs. `limits` of a key, and the message of a draft, are JSON.
 */
export const agents = `
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

ALTER TABLE api_keys ADD COLUMN limits TEXT;

CREATE TABLE IF NOT EXISTS drafts (
  id TEXT PRIMARY KEY,
  session TEXT NOT NULL,
  key_id TEXT NOT NULL,
  message TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS drafts_by_age ON drafts (created_at_ms, id);
`;
