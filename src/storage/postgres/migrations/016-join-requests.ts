/** Who is known to have asked to join a group, by number or LID. */
export const joinRequests = `
CREATE TABLE join_requests (
  session_id text NOT NULL,
  group_id text NOT NULL,
  person text NOT NULL,
  asked_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, group_id, person)
);
CREATE INDEX join_requests_by_age ON join_requests (session_id, asked_at_ms);
`;
