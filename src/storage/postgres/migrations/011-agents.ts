/**
 * The audit log: one chain of entries for each node, which hold the hash of the one before. Times are Unix milliseconds. Entries of a
 * session outlive it, so `session` makes it no owner of theirs. `limits` of a key, and the message of a draft, are JSON.
 */
export const agents = `
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

ALTER TABLE api_keys ADD COLUMN limits text;

CREATE TABLE drafts (
  id text PRIMARY KEY,
  session text NOT NULL,
  key_id text NOT NULL,
  message bytea NOT NULL,
  state text NOT NULL,
  created_at_ms bigint NOT NULL,
  changed_at_ms bigint NOT NULL
);
CREATE INDEX drafts_by_age ON drafts (created_at_ms, id);
`;
