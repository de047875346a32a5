/**
 * The data keys of encryption at rest, each wrapped by the master key: one a session, and one, under the empty name, for what
 * outlives its session. The ids of received messages get a column of their own: what is encrypted cannot be looked into.
 */
export const dataKeys = `
CREATE TABLE data_keys (
  session_id TEXT PRIMARY KEY,
  wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE journal ADD COLUMN message_id TEXT;
UPDATE journal SET message_id = json_extract(attrs, '$.id');
DROP INDEX journal_by_id;
CREATE INDEX journal_by_id ON journal (session_id, message_id);
`;
