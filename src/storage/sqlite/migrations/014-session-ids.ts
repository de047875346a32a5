/**
 * `account_ids` is the session id of each phone number that the backend knows; it outlives its session. `session_aliases` are the
 * ids under which such an account was scanned again. Times are Unix milliseconds.
 * `callbacks.instead_…` is the callback that takes the place of one which the backend refuses.
 */
export const sessionIds = `
CREATE TABLE account_ids (
  phone_number TEXT PRIMARY KEY,
  session_id TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
INSERT OR REPLACE INTO account_ids (phone_number, session_id)
  SELECT phone_number, session_id FROM sessions
  WHERE announced = 1 AND phone_number IS NOT NULL ORDER BY created_at_ms, session_id;

CREATE TABLE session_aliases (
  alias TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_aliases_by_session ON session_aliases (session_id);

ALTER TABLE callbacks ADD COLUMN instead_webhook_id TEXT;
ALTER TABLE callbacks ADD COLUMN instead_kind TEXT;
ALTER TABLE callbacks ADD COLUMN instead_body TEXT;
`;
