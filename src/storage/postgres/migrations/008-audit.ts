/**
 * The audit log: one chain of entries for each node, which hold the hash of the one before. Times are Unix milliseconds. Entries of a
 * session outlive it, so `session` makes it no owner of theirs.
 */
export const audit = `
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  chain text NOT NULL,
  seq bigint NOT NULL,
  at_ms bigint NOT NULL,
  caller text,
  method text NOT NULL,
  route text NOT NULL,
  tool text,
  session text,
  status bigint,
  request_id text NOT NULL,
  previous text NOT NULL,
  hash text NOT NULL,
  UNIQUE (chain, seq)
);
CREATE INDEX audit_by_age ON audit (at_ms, id);
`;
