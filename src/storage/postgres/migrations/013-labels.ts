/**
 * The labels of WhatsApp Business, and what they are on: a chat, or a message where `message_id` is not empty. A label without a body
 * was deleted. The collection of the app state that labels are in is fetched anew: earlier versions did not keep them.
 */
export const labels = `
CREATE TABLE chat_labels (
  session_id text NOT NULL,
  label_id text NOT NULL,
  body bytea,
  changed_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, label_id)
);
CREATE TABLE labeled_items (
  session_id text NOT NULL,
  label_id text NOT NULL,
  chat text NOT NULL,
  message_id text NOT NULL,
  changed_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, label_id, chat, message_id)
);
CREATE INDEX labeled_items_by_age ON labeled_items (session_id, changed_at_ms);
DELETE FROM signal_keys WHERE type = 'app-state-sync-version' AND id = 'regular';
`;
