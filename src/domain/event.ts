import type { ContactCard, MediaInfo, MessageType, Place, Reaction } from './message.ts';
import type { PollState } from './poll.ts';
import type { SessionId } from './session-id.ts';
import type { SessionSummary } from './session-profile.ts';
import type { SessionStatus } from './session.ts';

/** Emitted when a session connects for the first time. Has the nine fields of the seed; times are ISO 8601. */
interface NewSessionConnected {
  kind: 'new-session-connected';
  body: {
    session_id: SessionId;
    phone_number: string;
    status: 'connected';
    last_seen: string;
    auth_folder_path: string;
    server_port: number | null;
    whatsapp_user_id: string;
    created_at: string;
    updated_at: string;
  };
}

/** Emitted when the status of a session changes after its first connection, or when the session ends before it. */
interface StatusUpdate {
  kind: 'status-update';
  body: {
    session_id: SessionId;
    status: SessionStatus;
    error_message: string | null;
    timestamp: string;
    last_seen: string | null;
  };
}

/** Emitted when a QR is created or renewed. */
interface QrUpdate {
  kind: 'qr-update';
  body: { session_id: SessionId; qr_data: string; generated_at: string };
}

/** Emitted when a message arrives, and again if its sender's number becomes known only later. */
interface MessageReceived {
  kind: 'message-received';
  body: MessageBody;
}

/** Of a session of which something was said: its name, labels and metadata. */
type ToldSession = { [Field in keyof SessionSummary]?: SessionSummary[Field] | undefined };

/** The eight fields of the seed, followed by those of contract 2.1. */
export interface MessageBody extends ToldSession {
  session_id: SessionId;
  sender_name: string | null;
  sender_number: string | null;
  message_content: string | null;
  message_type: MessageType;
  media_info: MediaInfo | Record<string, never>;
  received_at: string;
  phone_number_session: string | null;
  message_id: string;
  chat_id: string;
  is_group: boolean;
  group_id: string | null;
  group_name: string | null;
  sender_lid: string | null;
  from_me: boolean;
  timestamp: string;
  offline: boolean;
  quoted_message_id: string | null;
  mentions: string[];
  is_forwarded: boolean;
  /** Whether it can be viewed only once. Added in November 2026: events stored earlier lack it. */
  view_once?: boolean | undefined;
  edited_message_id: string | null;
  deleted_message_id: string | null;
  reaction: Reaction | null;
  poll: PollState | null;
  location: Place | null;
  contacts: ContactCard[];
  /** The new disappearing timer of the chat. Added in November 2026: events stored earlier lack it. */
  seconds?: number | null | undefined;
  unsupported_keys: string[];
  /** The fields that were `null` when this message was reported before, and now have a value. */
  corrected_fields: string[];
}

/** Emitted when WhatsApp or the recipient reports the status of a sent message. */
interface MessageStatusUpdate {
  kind: 'message-status-update';
  body: {
    session_id: SessionId;
    message_id: string;
    to_number: string | null;
    status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
    error_code: string | null;
    error_message: string | null;
    timestamp: string;
  } & ToldSession;
}

/** Every event that the main backend receives. */
export type Event = NewSessionConnected | StatusUpdate | QrUpdate | MessageReceived | MessageStatusUpdate;

/** The name of an event. */
export type EventKind = Event['kind'];

/** The names of all events. */
export const EVENT_KINDS = [
  'new-session-connected',
  'status-update',
  'qr-update',
  'message-received',
  'message-status-update',
] as const satisfies readonly EventKind[];

/**
 * Events that the seed does not have. A backend written for it answers 404 to them, which must not block other callbacks.
 */
export const OPTIONAL_EVENTS: ReadonlySet<string> = new Set<EventKind>(['message-status-update']);

/** The main backend's endpoint for each event (those of the seed; the last one is new). */
export const EVENT_PATHS: Record<EventKind, string> = {
  'new-session-connected': '/api/whatsapp/sessions/new-session-connected',
  'status-update': '/api/whatsapp/sessions/status-update',
  'qr-update': '/api/whatsapp/sessions/qr-update',
  'message-received': '/api/whatsapp/messages/received',
  'message-status-update': '/api/whatsapp/messages/status-update',
};
