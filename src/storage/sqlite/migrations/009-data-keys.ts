/**
 * The data keys of encryption at rest, each wrapped with the master key: one per session, and one with an empty id for values
 * that outlive their session. The ids of received messages get a column of their own: encrypted attributes cannot be indexed.
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
