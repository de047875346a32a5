/** The path of a callback below `/api/whatsapp/`. */
export type CallbackName = keyof typeof FIELDS;

/** A callback as the backend received it. */
export interface Callback {
  /** Position in the order of arrival, from 1. */
  readonly count: number;
  readonly name: CallbackName;
  readonly receivedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** A callback with the same `webhook-id` has arrived before. */
  readonly isRedelivery: boolean;
  /** Violations of the contract, one sentence each; empty when the callback is valid. */
  readonly problems: readonly string[];
  /** What it says, in one line for a person. */
  readonly summary: string;
}

const MESSAGE_FIELDS = [
  ...['session_id', 'sender_name', 'sender_number', 'message_content', 'message_type', 'media_info', 'received_at'],
  ...['phone_number_session', 'message_id', 'chat_id', 'is_group', 'group_id', 'group_name', 'sender_lid', 'from_me'],
  ...['timestamp', 'offline', 'quoted_message_id', 'mentions', 'is_forwarded', 'view_once', 'edited_message_id'],
  ...['deleted_message_id', 'reaction', 'poll', 'location', 'contacts', 'seconds', 'unsupported_keys'],
  'corrected_fields',
];

/** The exact set of fields of each callback. */
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

/** Returns the callback that is posted to this path, or undefined for any other path. */
export function callbackName(path: string | undefined): CallbackName | undefined {
  const names = Object.keys(FIELDS) as CallbackName[];
  return names.find((name) => path === `/api/whatsapp/${name}`);
}

/** Describes missing and unexpected fields in one sentence; undefined when the body has exactly the fields of the contract. */
export function wrongFields(name: CallbackName, body: Callback['body']): string | undefined {
  const expected: string[] = FIELDS[name];
  const missing = expected.filter((field) => !(field in body)).map((field) => `${field} is missing`);
  const extra = Object.keys(body).filter((field) => !expected.includes(field));
  const wrong = [...missing, ...extra.map((field) => `${field} is unexpected`)];
  return wrong.length === 0 ? undefined : `Wrong fields: ${wrong.join(', ')}.`;
}

const SUMMARIES: Record<CallbackName, (body: Record<string, string | null | undefined>) => string> = {
  'sessions/new-session-connected': ({ phone_number, whatsapp_user_id }) =>
    `${phone_number} is connected as ${whatsapp_user_id}`,
  'sessions/status-update': ({ status, error_message }) => `${status}${error_message ? `: ${error_message}` : ''}`,
  'sessions/qr-update': () => 'a new QR',
  'messages/received': ({ sender_name, sender_number, message_type, message_content, offline }) => {
    const kind = message_type === 'text' ? [] : [`[${message_type}]`];
    const parts = [
      ...kind,
      ...(message_content ? [message_content] : []),
      ...(offline ? ['[queued while offline]'] : []),
    ];
    return `${sender_name} (${sender_number}): ${parts.join(' ')}`;
  },
  'messages/status-update': ({ to_number, status, message_id }) => `${status}: ${message_id} to ${to_number}`,
};

/** Summarizes a callback in one line. */
export function describe(name: CallbackName, body: Callback['body']): string {
  return SUMMARIES[name](body as Record<string, string | null | undefined>);
}
