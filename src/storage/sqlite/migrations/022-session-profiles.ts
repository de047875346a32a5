/** What callers say of their sessions, as JSON, and the URLs of proxies; only of sessions of which something was said. */
export const sessionProfiles = `
CREATE TABLE IF NOT EXISTS session_profiles (
  session_id TEXT PRIMARY KEY,
  profile TEXT,
  proxy TEXT
) STRICT, WITHOUT ROWID;
`;
