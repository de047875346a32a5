/** One thing that the orchestrator tells, posted to us or fetched from `GET /events`. */
export interface OrchestratorEvent {
  /** The same however often it is told. */
  webhookId: string;
  /** Its number within the session, without gaps. */
  seq: number;
  /** Where it is posted: what kind of event it is. */
  path: string;
  body: EventBody;
}

/** All bodies have this. */
export interface EventBody {
  session_id: string;
}

/** The body of `sessions/new-session-connected`. */
export interface SessionConnected extends EventBody {
  phone_number: string;
  status: string;
  last_seen: string;
  auth_folder_path: string;
  server_port: number | null;
  whatsapp_user_id: string;
  created_at: string;
  updated_at: string;
}

/** The body of `sessions/status-update`. */
export interface StatusUpdate extends EventBody {
  status: string;
  error_message: string | null;
  last_seen: string | null;
}

/** The body of `sessions/qr-update`. */
export interface QrUpdate extends EventBody {
  qr_data: string;
}

/** The body of `messages/received`, as far as it is used here; all of it is kept. */
export interface MessageReceived extends EventBody {
  sender_name: string | null;
  sender_number: string | null;
  message_content: string | null;
  message_type: string;
  media_info: { url?: string | null };
  received_at: string;
  message_id: string;
  chat_id: string;
  is_group: boolean;
  sender_lid: string | null;
  from_me: boolean;
  timestamp: string;
}

/** The body of `messages/status-update`. */
export interface MessageStatus extends EventBody {
  message_id: string;
  to_number: string | null;
  status: string;
  error_code: string | null;
  error_message: string | null;
}

/** Reads JSON and takes out what PostgreSQL refuses in a text: people do send it, and a refusal would hold up all others. */
export function parseForPostgres(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '') : value,
  );
}
