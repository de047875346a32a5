/** The history of sessions that keep one, and the sessions with a retention of their own. */
export const keptMessages = `
CREATE TABLE kept_messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id text NOT NULL,
  chat text NOT NULL,
  author text NOT NULL,
  message_id text NOT NULL,
  sent_at_ms bigint NOT NULL,
  status text,
  readable boolean NOT NULL,
  body bytea NOT NULL
);
CREATE UNIQUE INDEX kept_messages_by_author ON kept_messages (session_id, author, message_id, chat);
CREATE INDEX kept_messages_by_chat ON kept_messages (session_id, chat, sent_at_ms, id);
CREATE INDEX kept_messages_by_age ON kept_messages (session_id, sent_at_ms, id);

CREATE TABLE history_settings (
  session_id text PRIMARY KEY,
  days bigint NOT NULL
);
`;
