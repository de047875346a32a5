/**
 * What an account may be banned for. `conversations.answered_at_ms` is when the other side first wrote (Unix ms): `NULL` if it never did,
 * and 0 where an earlier version has stored the conversation, and nobody knows. `refusals` counts the messages that WhatsApp refused,
 * by code and day (its beginning in UTC).
 */
export const banRisk = `
ALTER TABLE conversations ADD COLUMN answered_at_ms INTEGER DEFAULT 0;

CREATE TABLE refusals (
  session_id TEXT NOT NULL,
  day_ms INTEGER NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, day_ms, code)
) STRICT, WITHOUT ROWID;
`;
