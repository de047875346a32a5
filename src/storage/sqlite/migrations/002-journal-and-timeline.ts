/**
 * What must survive crashes, outages and lost connections. Times are Unix milliseconds.
 * `journal` holds the plaintext of a ciphertext from the moment its key was used up, and for a while after it became a
 * callback, since WhatsApp may deliver it again; `delivery` joins the parts that came in one stanza.
 * `callbacks.position` numbers all callbacks in the order in which they were stored or, for a renewed QR, renewed.
 */
export const journalAndTimeline = `
CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  ciphertext_hash BLOB NOT NULL,
  message_key TEXT NOT NULL,
  delivery TEXT NOT NULL,
  parts INTEGER NOT NULL,
  attrs TEXT NOT NULL,
  plaintext BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  handled_at_ms INTEGER,
  UNIQUE (session_id, ciphertext_hash)
) STRICT;
CREATE INDEX journal_left_over ON journal (session_id, id) WHERE handled_at_ms IS NULL;
CREATE INDEX journal_by_message ON journal (session_id, message_key) WHERE handled_at_ms IS NULL;
CREATE INDEX journal_by_delivery ON journal (session_id, delivery);
CREATE INDEX journal_handled ON journal (handled_at_ms) WHERE handled_at_ms IS NOT NULL;

CREATE TABLE timeline (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  what TEXT NOT NULL,
  why TEXT
) STRICT;
CREATE INDEX timeline_by_session ON timeline (session_id, id);

ALTER TABLE callbacks ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE callbacks SET position = id;
INSERT INTO sequences (session_id, last_seq) SELECT '', COALESCE(MAX(id), 0) FROM callbacks;
CREATE INDEX callbacks_by_position ON callbacks (position);
`;
