/** What a chat is labeled with is found by its address, and a sent message that is a vote keeps it until WhatsApp has accepted it. */
export const lateFacts = `
CREATE INDEX labeled_items_by_chat ON labeled_items (session_id, chat);
ALTER TABLE sent_messages ADD COLUMN vote bytea;
`;
