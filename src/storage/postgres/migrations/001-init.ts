/**
 * The first schema. Times are Unix milliseconds. Values that may be sealed are `bytea`. The tables mean what those of SQLite mean.
 * `signal_keys` leaves room in its pages, so that a new value of a key takes the place of the old one in the same page, without a
 * change of any index.
 * `callbacks.position` is the number of the transaction, less `position_base`, and within it an ordinal: see `positions.ts`.
 */
export const init = `
CREATE TABLE cluster (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  position_base bigint NOT NULL,
  probed_at_ms bigint
);
INSERT INTO cluster (position_base) VALUES (pg_current_xact_id()::text::bigint - 1);

CREATE TABLE sessions (
  session_id text PRIMARY KEY,
  phase text NOT NULL,
  phone_number text,
  whatsapp_user_id text,
  announced boolean NOT NULL,
  error_message text,
  last_seen_ms bigint,
  retry_at_ms bigint,
  restricted_until_ms bigint,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE account_ids (
  phone_number text PRIMARY KEY,
  session_id text NOT NULL UNIQUE
);

CREATE TABLE session_aliases (
  alias text PRIMARY KEY,
  session_id text NOT NULL,
  created_at_ms bigint NOT NULL
);
CREATE INDEX session_aliases_by_session ON session_aliases (session_id);

CREATE TABLE sequences (
  session_id text PRIMARY KEY,
  last_seq bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE callbacks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id text NOT NULL UNIQUE,
  session_id text NOT NULL,
  seq bigint NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL,
  body bytea NOT NULL,
  after_webhook_id text,
  hold_until_ms bigint,
  created_at_ms bigint NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead', 'unwanted')),
  attempts integer NOT NULL DEFAULT 0,
  first_failed_at_ms bigint,
  last_error text,
  settled_at_ms bigint,
  maybe_seen boolean NOT NULL DEFAULT false,
  instead_webhook_id text,
  instead_kind text,
  instead_body bytea,
  UNIQUE (session_id, seq) DEFERRABLE INITIALLY IMMEDIATE
) WITH (fillfactor = 70);
CREATE INDEX callbacks_pending ON callbacks (session_id, seq) WHERE state = 'pending';
CREATE INDEX callbacks_waiting ON callbacks (after_webhook_id) WHERE state = 'pending' AND after_webhook_id IS NOT NULL;
CREATE INDEX callbacks_held ON callbacks (hold_until_ms) WHERE state = 'pending' AND hold_until_ms IS NOT NULL;
CREATE INDEX callbacks_by_state ON callbacks (state, created_at_ms, id);
CREATE INDEX callbacks_of_state ON callbacks (state, id);
CREATE INDEX callbacks_by_position ON callbacks (position);

CREATE TABLE sent_messages (
  session_id text NOT NULL,
  message_id text NOT NULL,
  recipient text NOT NULL,
  to_number text,
  content bytea NOT NULL,
  status text NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, message_id)
) WITH (fillfactor = 70);
CREATE INDEX sent_messages_by_age ON sent_messages (created_at_ms);
CREATE INDEX sent_messages_of_session ON sent_messages (session_id, created_at_ms);
CREATE INDEX sent_messages_unanswered ON sent_messages (created_at_ms) WHERE status = 'pending';
CREATE INDEX sent_messages_without_number ON sent_messages (session_id, recipient) WHERE to_number IS NULL;

CREATE TABLE conversations (
  session_id text NOT NULL,
  peer text NOT NULL,
  begun_by_us boolean NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, peer)
);
CREATE INDEX conversations_begun ON conversations (session_id, created_at_ms) WHERE begun_by_us;

CREATE TABLE poll_votes (
  session_id text NOT NULL,
  poll_id text NOT NULL,
  voter text NOT NULL,
  options bytea NOT NULL,
  voted_at_ms bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, poll_id, voter)
);
CREATE INDEX poll_votes_by_age ON poll_votes (created_at_ms);

CREATE TABLE contact_names (
  session_id text NOT NULL,
  person text NOT NULL,
  push_name bytea,
  saved_name bytea,
  learned_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, person)
);
CREATE INDEX contact_names_of_session ON contact_names (session_id, learned_at_ms);
CREATE INDEX contact_names_by_age ON contact_names (learned_at_ms);

CREATE TABLE chat_timers (
  session_id text NOT NULL,
  chat text NOT NULL,
  timer bytea NOT NULL,
  updated_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, chat)
);
CREATE INDEX chat_timers_by_age ON chat_timers (session_id, updated_at_ms);

CREATE TABLE awaited_numbers (
  session_id text NOT NULL,
  lid text NOT NULL,
  told text NOT NULL UNIQUE,
  again text NOT NULL,
  needless_with text,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, lid, told)
);
CREATE INDEX awaited_numbers_by_age ON awaited_numbers (created_at_ms);

CREATE TABLE timeline (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id text NOT NULL,
  at_ms bigint NOT NULL,
  what text NOT NULL,
  why text
);
CREATE INDEX timeline_by_session ON timeline (session_id, id);

CREATE TABLE credentials (
  session_id text PRIMARY KEY,
  value bytea NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE signal_keys (
  session_id text NOT NULL,
  type text NOT NULL,
  id text NOT NULL,
  value bytea STORAGE MAIN NOT NULL,
  PRIMARY KEY (session_id, type, id)
) WITH (fillfactor = 50, toast_tuple_target = 4080, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id text NOT NULL,
  ciphertext_hash bytea NOT NULL,
  message_key text NOT NULL,
  message_id text,
  delivery text NOT NULL,
  parts bigint NOT NULL,
  attrs bytea NOT NULL,
  plaintext bytea NOT NULL,
  created_at_ms bigint NOT NULL,
  handled_at_ms bigint,
  UNIQUE (session_id, ciphertext_hash)
) WITH (fillfactor = 70);
CREATE INDEX journal_left_over ON journal (session_id, id) WHERE handled_at_ms IS NULL;
CREATE INDEX journal_by_message ON journal (session_id, message_key) WHERE handled_at_ms IS NULL;
CREATE INDEX journal_by_id ON journal (session_id, message_id);
CREATE INDEX journal_by_delivery ON journal (session_id, delivery);
CREATE INDEX journal_handled ON journal (handled_at_ms) WHERE handled_at_ms IS NOT NULL;

CREATE TABLE media_files (
  session_id text NOT NULL,
  message_id text NOT NULL,
  path text NOT NULL,
  mimetype text,
  file_name bytea,
  size bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (session_id, message_id)
);
CREATE INDEX media_files_by_age ON media_files (created_at_ms);

CREATE TABLE settings (
  name text PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE idempotency (
  scope text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status integer NOT NULL,
  body bytea NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);

CREATE TABLE reserved_message_ids (
  scope text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  message_id text NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (scope, key)
);
CREATE INDEX reserved_message_ids_by_age ON reserved_message_ids (created_at_ms);

CREATE TABLE api_keys (
  key_id text PRIMARY KEY,
  name text NOT NULL,
  hash bytea NOT NULL,
  scopes text NOT NULL,
  sessions text,
  created_at_ms bigint NOT NULL
);

CREATE TABLE data_keys (
  session_id text PRIMARY KEY,
  wrapped bytea NOT NULL
);

CREATE TABLE damaged_values (
  place text PRIMARY KEY,
  session_id text NOT NULL,
  value bytea NOT NULL,
  found_at_ms bigint NOT NULL
);
CREATE INDEX damaged_values_of_session ON damaged_values (session_id);
CREATE INDEX damaged_values_by_age ON damaged_values (found_at_ms);
`;
