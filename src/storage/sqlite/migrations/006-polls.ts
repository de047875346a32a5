/** The latest vote of each voter in the polls of the last two weeks; `options` is a JSON array. Times are Unix milliseconds. */
export const polls = `
CREATE TABLE poll_votes (
  session_id TEXT NOT NULL,
  poll_id TEXT NOT NULL,
  voter TEXT NOT NULL,
  options TEXT NOT NULL,
  voted_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, poll_id, voter)
) STRICT, WITHOUT ROWID;
CREATE INDEX poll_votes_by_age ON poll_votes (created_at_ms);
`;
