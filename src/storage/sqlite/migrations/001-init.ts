/**
 * The first schema. Times are Unix milliseconds.
 * `sequences` is separate from `callbacks`, so that a session's numbering continues after its rows are gone.
 * The partial indexes contain only pending callbacks, however many delivered ones are kept.
 */
export const init = `
CREATE TABLE sessions (
  session_id TEXT PRIMARY KEY,
  phase TEXT NOT NULL,
  phone_number TEXT,
  whatsapp_user_id TEXT,
  announced INTEGER NOT NULL,
  error_message TEXT,
  last_seen_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE sequences (
  session_id TEXT PRIMARY KEY,
  last_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE callbacks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  after_webhook_id TEXT,
  created_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead', 'unwanted')),
  attempts INTEGER NOT NULL DEFAULT 0,
  first_failed_at_ms INTEGER,
  last_error TEXT,
  settled_at_ms INTEGER,
  UNIQUE (session_id, seq)
) STRICT;
CREATE INDEX callbacks_pending ON callbacks (session_id, seq) WHERE state = 'pending';
CREATE INDEX callbacks_waiting ON callbacks (after_webhook_id) WHERE state = 'pending' AND after_webhook_id IS NOT NULL;
CREATE INDEX callbacks_by_state ON callbacks (state, created_at_ms);

CREATE TABLE sent_messages (
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  to_number TEXT,
  content BLOB NOT NULL,
  status TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, message_id)
) STRICT;
CREATE INDEX sent_messages_by_age ON sent_messages (created_at_ms);

CREATE TABLE credentials (
  session_id TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE signal_keys (
  session_id TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (session_id, type, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
`;
