/** Where the orchestrator posts, below `/api/whatsapp/`. */
export type CallbackName = keyof typeof FIELDS;

/** One callback as the backend got it. */
export interface Callback {
  /** Counted by the backend, from 1. */
  readonly count: number;
  readonly name: CallbackName;
  readonly receivedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** The same `webhook-id` has come before. */
  readonly again: boolean;
  /** What is not as the contract says, in sentences; empty when all is well. */
  readonly complaints: readonly string[];
  /** What it says, for a person. */
  readonly line: string;
}

const MESSAGE_FIELDS = [
  ...['session_id', 'sender_name', 'sender_number', 'message_content', 'message_type', 'media_info', 'received_at'],
  ...['phone_number_session', 'message_id', 'chat_id', 'is_group', 'group_id', 'group_name', 'sender_lid', 'from_me'],
  ...['timestamp', 'offline', 'quoted_message_id', 'mentions', 'is_forwarded', 'edited_message_id'],
  ...['deleted_message_id', 'reaction', 'poll', 'location', 'contacts', 'unsupported_keys', 'corrected_fields'],
];

/** What each callback carries, no more and no less. */
const FIELDS = {
  'sessions/new-session-connected': [
    ...['session_id', 'phone_number', 'status', 'last_seen', 'auth_folder_path', 'server_port', 'whatsapp_user_id'],
    ...['created_at', 'updated_at'],
  ],
  'sessions/status-update': ['session_id', 'status', 'error_message', 'timestamp', 'last_seen'],
  'sessions/qr-update': ['session_id', 'qr_data', 'generated_at'],
  'messages/received': MESSAGE_FIELDS,
  'messages/status-update': [
    ...['session_id', 'message_id', 'to_number', 'status', 'error_code', 'error_message', 'timestamp'],
  ],
} satisfies Record<string, string[]>;

/** Reads the name of a callback from the path that it was posted to. */
export function callbackName(path: string | undefined): CallbackName | undefined {
  const names = Object.keys(FIELDS) as CallbackName[];
  return names.find((name) => path === `/api/whatsapp/${name}`);
}

/** Which fields are missing or too many, in a sentence; undefined when they are exactly those of the contract. */
export function wrongFields(name: CallbackName, body: Callback['body']): string | undefined {
  const wanted: string[] = FIELDS[name];
  const missing = wanted.filter((field) => !(field in body)).map((field) => `${field} is missing`);
  const extra = Object.keys(body).filter((field) => !wanted.includes(field));
  const wrong = [...missing, ...extra.map((field) => `${field} is too much`)];
  return wrong.length === 0 ? undefined : `The fields are wrong: ${wrong.join(', ')}.`;
}

const LINES: Record<CallbackName, (body: Record<string, string | null | undefined>) => string> = {
  'sessions/new-session-connected': ({ phone_number, whatsapp_user_id }) =>
    `${phone_number} is connected as ${whatsapp_user_id}`,
  'sessions/status-update': ({ status, error_message }) => `${status}${error_message ? `: ${error_message}` : ''}`,
  'sessions/qr-update': () => 'a new QR',
  'messages/received': ({ sender_name, sender_number, message_type, message_content, offline }) => {
    const kind = message_type === 'text' ? [] : [`[${message_type}]`];
    const said = [...kind, ...(message_content ? [message_content] : []), ...(offline ? ['[while we were away]'] : [])];
    return `${sender_name} (${sender_number}): ${said.join(' ')}`;
  },
  'messages/status-update': ({ to_number, status, message_id }) => `${status}: ${message_id} to ${to_number}`,
};

/** What a callback says, in one line. */
export function describe(name: CallbackName, body: Callback['body']): string {
  return LINES[name](body as Record<string, string | null | undefined>);
}
