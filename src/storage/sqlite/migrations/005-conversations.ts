/**
 * Conversations. Times are Unix milliseconds.
 * Received messages are found by WhatsApp's id, to be answered, forwarded or downloaded; sent messages without an
 * acknowledgement are found by age, to be given up. `conversations` has those with one person (number, or JID where there is
 * none), whoever wrote first.
 */
export const conversations = `
CREATE INDEX journal_by_id ON journal (session_id, json_extract(attrs, '$.id'));
CREATE INDEX sent_messages_of_session ON sent_messages (session_id, created_at_ms);
CREATE INDEX sent_messages_unanswered ON sent_messages (created_at_ms) WHERE status = 'pending';

CREATE TABLE conversations (
  session_id TEXT NOT NULL,
  peer TEXT NOT NULL,
  begun_by_us INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, peer)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_begun ON conversations (session_id, created_at_ms) WHERE begun_by_us = 1;

ALTER TABLE sessions ADD COLUMN restricted_until_ms INTEGER;
`;
