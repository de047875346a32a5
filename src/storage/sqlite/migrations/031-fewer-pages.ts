/**
 * A message touches fewer pages: an index costs a page for each row whose place in it is random, or that of its session.
 * Only stanzas of several parts are looked up by their delivery; what was not handled yet is found by its message; the callbacks of a
 * session, other than QRs, are numbered in the order of their ids. A key is a row of a table with ids: a value of more than 1,000 bytes
 * would take a second page in a table without.
 */
export const fewerPages = `
DROP INDEX IF EXISTS journal_by_delivery;
CREATE INDEX journal_by_delivery ON journal (session_id, delivery) WHERE parts > 1;
DROP INDEX IF EXISTS journal_left_over;
DROP INDEX IF EXISTS callbacks_of_session;
CREATE INDEX IF NOT EXISTS callbacks_qrs ON callbacks (session_id, id) WHERE kind = 'qr-update';

ALTER TABLE signal_keys RENAME TO earlier_signal_keys;
CREATE TABLE signal_keys (
  session_id TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (session_id, type, id)
) STRICT;
INSERT INTO signal_keys (session_id, type, id, value) SELECT session_id, type, id, value FROM earlier_signal_keys;
DROP TABLE earlier_signal_keys;
`;
