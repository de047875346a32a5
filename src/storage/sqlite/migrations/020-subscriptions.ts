/**
 * Receivers besides the main backend; `spec` is JSON. Times are Unix milliseconds.
 * `subscription_progress.seq` is the last event of a session that a subscription has received, or that it is not given; the attempts are those
 * of the next one. `rewinds` tells an attempt that began before a replay from one that began after it.
 */
export const subscriptions = `
CREATE TABLE IF NOT EXISTS subscriptions (
  subscription_id TEXT PRIMARY KEY,
  spec TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS subscription_progress (
  subscription_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  first_failed_at_ms INTEGER,
  rewinds INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subscription_id, session_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS subscription_progress_of ON subscription_progress (session_id);

CREATE TABLE IF NOT EXISTS dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  error TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS dead_letters_of ON dead_letters (subscription_id, id);
CREATE INDEX IF NOT EXISTS dead_letters_by_age ON dead_letters (at_ms);
`;
