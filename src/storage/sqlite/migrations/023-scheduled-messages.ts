/** Messages to be sent later; `body` is JSON. Times are Unix milliseconds; `due_at_ms` is when the next attempt is made. */
export const scheduledMessages = `
CREATE TABLE IF NOT EXISTS scheduled_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  send_at_ms INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'scheduled',
  attempts INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_message TEXT,
  created_at_ms INTEGER NOT NULL,
  settled_at_ms INTEGER,
  UNIQUE (session_id, message_id)
) STRICT;
CREATE INDEX IF NOT EXISTS scheduled_messages_due ON scheduled_messages (session_id, due_at_ms) WHERE state = 'scheduled';
CREATE INDEX IF NOT EXISTS scheduled_messages_of ON scheduled_messages (session_id, id);
CREATE INDEX IF NOT EXISTS scheduled_messages_by_age ON scheduled_messages (settled_at_ms) WHERE settled_at_ms IS NOT NULL;
`;
