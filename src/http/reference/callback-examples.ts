import type { Event, EventKind } from '../../domain/event.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { EXAMPLE_ID } from '../schemas/common.ts';

const session_id = EXAMPLE_ID as SessionId;
const now = '2024-01-15T10:30:00.000Z';

/** An example body of each webhook: the examples of the original project, with the fields that were added since. */
export const EXAMPLES: { [Kind in EventKind]: Extract<Event, { kind: Kind }>['body'] } = {
  'new-session-connected': {
    session_id,
    phone_number: '5491234567890',
    status: 'connected',
    last_seen: now,
    auth_folder_path: `./auth_sessions/${session_id}`,
    server_port: null,
    whatsapp_user_id: '5491234567890:1@s.whatsapp.net',
    created_at: now,
    updated_at: now,
  },
  'status-update': { session_id, status: 'disconnected', error_message: null, timestamp: now, last_seen: now },
  'qr-update': { session_id, qr_data: '2@ABC123...', generated_at: now },
  'message-received': {
    session_id,
    sender_name: 'Juan Pérez',
    sender_number: '5490987654321',
    message_content: 'Hola, ¿cómo estás?',
    message_type: 'text',
    media_info: {},
    received_at: now,
    phone_number_session: '5491234567890',
    message_id: '3EB0C767D097B7C7C1A5',
    chat_id: '5490987654321@s.whatsapp.net',
    is_group: false,
    group_id: null,
    group_name: null,
    sender_lid: null,
    from_me: false,
    timestamp: now,
    offline: false,
    quoted_message_id: null,
    mentions: [],
    is_forwarded: false,
    edited_message_id: null,
    deleted_message_id: null,
    reaction: null,
    poll: null,
    location: null,
    contacts: [],
    unsupported_keys: [],
    corrected_fields: [],
  },
  'message-status-update': {
    session_id,
    message_id: '3EB0C767D097B7C7C1A5',
    to_number: '5490987654321',
    status: 'delivered',
    error_code: null,
    error_message: null,
    timestamp: now,
  },
};
