/** `sessions.retry_at_ms` is when a session that WhatsApp banned for a while may come back by itself, Unix milliseconds. */
export const comingBack = `
ALTER TABLE sessions ADD COLUMN retry_at_ms INTEGER;
`;
