/**
 * The callbacks of the last two weeks whose sender is known by LID alone. `told` is the webhookId of the callback, `again` that of
 * the one which repeats it once the number is known, unless the callback `needless_with` exists. Times are Unix milliseconds.
 */
export const awaitedNumbers = `
CREATE TABLE awaited_numbers (
  session_id TEXT NOT NULL,
  lid TEXT NOT NULL,
  told TEXT NOT NULL UNIQUE,
  again TEXT NOT NULL,
  needless_with TEXT,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, lid, told)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_numbers_by_age ON awaited_numbers (created_at_ms);
CREATE INDEX sent_messages_without_number ON sent_messages (session_id, recipient) WHERE to_number IS NULL;
`;
