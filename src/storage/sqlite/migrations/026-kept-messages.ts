/** The history of sessions that keep one, and the sessions with a retention of their own. */
export const keptMessages = `
CREATE TABLE kept_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  chat TEXT NOT NULL,
  author TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sent_at_ms INTEGER NOT NULL,
  status TEXT,
  readable INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX kept_messages_by_author ON kept_messages (session_id, author, message_id, chat);
CREATE INDEX kept_messages_by_chat ON kept_messages (session_id, chat, sent_at_ms, id);
CREATE INDEX kept_messages_by_age ON kept_messages (session_id, sent_at_ms, id);

CREATE TABLE history_settings (
  session_id TEXT PRIMARY KEY,
  days INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
