/** Keys for the doors of the server, hashed; `scopes` and `sessions` are JSON lists, without `sessions` it is for all. */
export const apiKeys = `
CREATE TABLE api_keys (
  key_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  sessions TEXT,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
