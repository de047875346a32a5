/** The message id of each request with an `Idempotency-Key`, from before its message leaves. Times are Unix milliseconds. */
export const reservedMessageIds = `
CREATE TABLE reserved_message_ids (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  message_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX reserved_message_ids_by_age ON reserved_message_ids (created_at_ms);
`;
