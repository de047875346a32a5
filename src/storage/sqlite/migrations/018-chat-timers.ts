/** The disappearing timers of chats; `timer` is a JSON object. Times are Unix milliseconds. */
export const chatTimers = `
CREATE TABLE chat_timers (
  session_id TEXT NOT NULL,
  chat TEXT NOT NULL,
  timer TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_timers_by_age ON chat_timers (session_id, updated_at_ms);
`;
