/**
 * Receivers besides the main backend. Times are Unix milliseconds.
 * `subscription_progress.seq` is the last event of a session that a subscription has received, or that it is not given; the attempts are those
 * of the next one. `rewinds` tells an attempt that began before a replay from one that began after it.
 */
export const subscriptions = `
CREATE TABLE subscriptions (
  subscription_id text PRIMARY KEY,
  spec bytea NOT NULL,
  created_at_ms bigint NOT NULL
);

CREATE TABLE subscription_progress (
  subscription_id text NOT NULL,
  session_id text NOT NULL,
  seq bigint NOT NULL DEFAULT 0,
  attempts bigint NOT NULL DEFAULT 0,
  first_failed_at_ms bigint,
  rewinds bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (subscription_id, session_id)
) WITH (fillfactor = 50);
CREATE INDEX subscription_progress_of ON subscription_progress (session_id);

CREATE TABLE dead_letters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscription_id text NOT NULL,
  session_id text NOT NULL,
  webhook_id text NOT NULL,
  kind text NOT NULL,
  error text NOT NULL,
  at_ms bigint NOT NULL
);
CREATE INDEX dead_letters_of ON dead_letters (subscription_id, id);
CREATE INDEX dead_letters_by_age ON dead_letters (at_ms);
`;
