-- Runs on every start-up. Existing tables stay as they are.

DO $$ BEGIN
  CREATE TYPE whatsapp_session_status AS ENUM ('connected', 'disconnected', 'connecting', 'error');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

-- Accounts, with the columns of the original project. Each phone number has one row, with its latest session.
CREATE TABLE IF NOT EXISTS whatsapp_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id text UNIQUE NOT NULL,
  phone_number text UNIQUE NOT NULL,
  status whatsapp_session_status DEFAULT 'disconnected',
  last_seen timestamptz,
  auth_folder_path text NOT NULL,
  server_port integer,
  whatsapp_user_id text,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP
);

-- The latest known state of each session, including sessions that are still being paired and have no number.
CREATE TABLE IF NOT EXISTS whatsapp_session_states (
  session_id text PRIMARY KEY,
  status whatsapp_session_status NOT NULL,
  error_message text,
  last_seen timestamptz,
  seq bigint NOT NULL
);

-- Messages. sender_name … received_at are the columns of the original project; event is the whole webhook body.
CREATE TABLE IF NOT EXISTS whatsapp_messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id text NOT NULL,
  sender_name text,
  sender_number text,
  content text,
  type text NOT NULL,
  received_at timestamptz NOT NULL,
  message_id text NOT NULL,
  chat_id text NOT NULL,
  sender_lid text,
  sent_at timestamptz NOT NULL,
  media_url text,
  event jsonb NOT NULL,
  -- first_seq orders the messages of a session. seq is that of the latest event about the message, which may correct it.
  first_seq bigint NOT NULL,
  seq bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS whatsapp_messages_by_id ON whatsapp_messages (session_id, message_id);
CREATE INDEX IF NOT EXISTS whatsapp_messages_in_order ON whatsapp_messages (session_id, first_seq);

-- The delivery status of sent messages.
CREATE TABLE IF NOT EXISTS whatsapp_deliveries (
  session_id text NOT NULL,
  message_id text NOT NULL,
  to_number text,
  status text NOT NULL,
  error_code text,
  error_message text,
  seq bigint NOT NULL,
  PRIMARY KEY (session_id, message_id)
);

-- Replies, queued or sent. They are stored together with the message that they answer, so that none is lost.
CREATE TABLE IF NOT EXISTS whatsapp_replies (
  answers bigint PRIMARY KEY REFERENCES whatsapp_messages (id) ON DELETE CASCADE,
  session_id text NOT NULL,
  chat_id text NOT NULL,
  content text NOT NULL,
  key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  next_try_at timestamptz NOT NULL DEFAULT now(),
  message_id text,
  refusal text
);

-- Every webhook that was handled, to recognize duplicates.
CREATE TABLE IF NOT EXISTS whatsapp_callbacks (
  webhook_id text PRIMARY KEY,
  session_id text NOT NULL,
  seq bigint NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS whatsapp_callbacks_in_order ON whatsapp_callbacks (session_id, seq);

-- The cursor of GET /events; a single row.
CREATE TABLE IF NOT EXISTS whatsapp_cursor (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  cursor bigint NOT NULL
);
INSERT INTO whatsapp_cursor (cursor) VALUES (0) ON CONFLICT DO NOTHING;
