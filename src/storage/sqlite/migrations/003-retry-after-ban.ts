/** `sessions.retry_at_ms` is when a temporarily banned session may come back by itself, in Unix milliseconds. */
export const retryAfterBan = `
ALTER TABLE sessions ADD COLUMN retry_at_ms INTEGER;
`;
