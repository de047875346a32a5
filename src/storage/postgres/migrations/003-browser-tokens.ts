/**
 * The browser tokens of all nodes, by the hash of their text. `session_id` is what a token shows, or has created; `proof` is sealed, and
 * bound to it. `attempt` creates the session, or has created it.
 */
export const browserTokens = `
CREATE TABLE browser_tokens (
  hash text PRIMARY KEY,
  key_id text,
  creates boolean NOT NULL,
  session_id text,
  proof bytea NOT NULL,
  attempt text,
  attempt_at timestamptz,
  expires_at timestamptz NOT NULL
);
CREATE INDEX browser_tokens_of_key ON browser_tokens (key_id) WHERE key_id IS NOT NULL;
CREATE INDEX browser_tokens_by_end ON browser_tokens (expires_at);
`;
