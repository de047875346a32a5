/** Messages to be sent later; `body` is JSON. Times are Unix milliseconds; `due_at_ms` is when the next attempt is made. */
export const scheduledMessages = `
CREATE TABLE scheduled_messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id text NOT NULL,
  message_id text NOT NULL,
  body bytea NOT NULL,
  send_at_ms bigint NOT NULL,
  due_at_ms bigint NOT NULL,
  state text NOT NULL DEFAULT 'scheduled',
  attempts bigint NOT NULL DEFAULT 0,
  error_code text,
  error_message text,
  created_at_ms bigint NOT NULL,
  settled_at_ms bigint,
  UNIQUE (session_id, message_id)
);
CREATE INDEX scheduled_messages_due ON scheduled_messages (session_id, due_at_ms) WHERE state = 'scheduled';
CREATE INDEX scheduled_messages_of ON scheduled_messages (session_id, id);
CREATE INDEX scheduled_messages_by_age ON scheduled_messages (settled_at_ms) WHERE settled_at_ms IS NOT NULL;
`;
