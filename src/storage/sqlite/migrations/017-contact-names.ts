/**
 * The names of people, for each session: the one that they chose, and the one in the owner's address book. `person` is a phone
 * number, or `…@lid`. Times are Unix milliseconds.
 */
export const contactNames = `
CREATE TABLE contact_names (
  session_id TEXT NOT NULL,
  person TEXT NOT NULL,
  push_name TEXT,
  saved_name TEXT,
  learned_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_names_of_session ON contact_names (session_id, learned_at_ms);
CREATE INDEX contact_names_by_age ON contact_names (learned_at_ms);
`;
