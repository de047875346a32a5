/** API keys, hashed. `scopes` and `sessions` are JSON arrays; without `sessions` the key is valid for all of them. */
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
