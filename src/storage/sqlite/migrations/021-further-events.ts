/**
 * Events that only further webhooks receive. Each session numbers them on its own (`sequences.last_further`), so that the numbers of
 * callbacks stay without gaps; `after_seq` is the last callback that happened before. `subscription_progress.further` is the last one that a
 * subscription has received, or that it is not given.
 */
export const furtherEvents = `
ALTER TABLE sequences ADD COLUMN last_further INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription_progress ADD COLUMN further INTEGER NOT NULL DEFAULT 0;

CREATE TABLE further_events (
  session_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  webhook_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  after_seq INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX further_events_by_webhook_id ON further_events (session_id, webhook_id);
CREATE INDEX further_events_by_age ON further_events (created_at_ms);
`;
