-- Runs at every start: what is there stays.

DO $$ BEGIN
  CREATE TYPE whatsapp_session_status AS ENUM ('connected', 'disconnected', 'connecting', 'error');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

-- The accounts, as the seed has them. A number has one row, whichever of its sessions is the latest.
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

-- How each session is by the latest that was told of it, also before anybody has scanned its QR and it has a number.
CREATE TABLE IF NOT EXISTS whatsapp_session_states (
  session_id text PRIMARY KEY,
  status whatsapp_session_status NOT NULL,
  error_message text,
  last_seen timestamptz,
  qr_data text,
  seq bigint NOT NULL
);

-- The messages. sender_name … received_at are the seed's; event is all that was told, for what has no column.
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
  -- Where it belongs in its session (first_seq), and which event it was last told by (seq): WhatsApp corrects itself.
  first_seq bigint NOT NULL,
  seq bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS whatsapp_messages_by_id ON whatsapp_messages (session_id, message_id);
CREATE INDEX IF NOT EXISTS whatsapp_messages_in_order ON whatsapp_messages (session_id, first_seq);

-- What became of the messages that we sent.
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

-- Answers to be sent, or sent: written together with the message that they answer, so that none is forgotten.
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

-- Every callback that we have handled: one that comes again is recognised here.
CREATE TABLE IF NOT EXISTS whatsapp_callbacks (
  webhook_id text PRIMARY KEY,
  session_id text NOT NULL,
  seq bigint NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS whatsapp_callbacks_in_order ON whatsapp_callbacks (session_id, seq);

-- How far GET /events was read; one row.
CREATE TABLE IF NOT EXISTS whatsapp_cursor (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  cursor bigint NOT NULL
);
INSERT INTO whatsapp_cursor (cursor) VALUES (0) ON CONFLICT DO NOTHING;
