/** Who is known to have asked to join a group, by number or LID. */
export const joinRequests = `
CREATE TABLE join_requests (
  session_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  person TEXT NOT NULL,
  asked_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, group_id, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX join_requests_by_age ON join_requests (session_id, asked_at_ms);
`;
