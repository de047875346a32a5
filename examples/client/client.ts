/**
 * The client of the orchestrator, with a method for each request and a type for everything that comes and goes.
 * Written by `npm run openapi` from docs/openapi.json: change it there. How a request is made is in requests.ts.
 */
import { type CallOptions, type ClientSettings, type RepeatableOptions, Requests } from './requests.ts';

/** See /docs#schema-Session. */
export type Session = {
  session_id: string;
  /** Digits with country code; null before the first login. */
  phone_number: string | null;
  status: 'connecting' | 'connected' | 'disconnected' | 'error';
  last_seen: string | null;
  auth_folder_path: string;
  server_port: null;
  whatsapp_user_id: string | null;
  created_at: string;
  updated_at: string;
  /** What happened, and what to do. */
  error_message: string | null;
  /** Whether the connection is lost and is being re-established automatically. */
  reconnecting: boolean;
  /** Whether WhatsApp currently forbids the account to start conversations. */
  account_restricted: boolean;
  restricted_until: string | null;
  /** The same as session_id. */
  sessionId: string;
  /** The same as phone_number. */
  phoneNumber: string | null;
};

/** See /docs#schema-TimelineEntry. */
export type TimelineEntry = {
  at: string;
  /**
   * `created`: The session was created. `qr_offered`: WhatsApp provided a QR; renewed ones are not noted
   * again. `code_offered`: WhatsApp accepted a pairing code. `paired`: The QR was scanned or the code
   * typed; the first login follows. `connected`: Logged in and receiving. `line_lost`: The connection is
   * lost and is being re-established; outages of less than 10 s are not reported elsewhere.
   * `disconnected`: The connection was lost for 10 s, and the backend was notified. `repaired`: The
   * connection is back; `why` is the reason for the outage. `trouble`: Something went wrong on the
   * connection, which stays open. `restricted`: WhatsApp forbids the account to start conversations for
   * a while; existing ones continue. `restart_requested`: A restart was requested. `ban_over`: A
   * temporary ban has ended; the session reconnects. `starting_over`: The credentials were invalid and
   * are deleted; a new QR follows. `closed`: Over: a new session is needed. `failed`: Over until a
   * person acts.
   */
  what:
    | 'created'
    | 'qr_offered'
    | 'code_offered'
    | 'paired'
    | 'connected'
    | 'line_lost'
    | 'disconnected'
    | 'repaired'
    | 'trouble'
    | 'restricted'
    | 'restart_requested'
    | 'ban_over'
    | 'starting_over'
    | 'closed'
    | 'failed';
  /** The reason, if there is one. */
  why: string | null;
};

/** Digits with country code, formatted or not, or a WhatsApp address. */
export type Recipient = string | number;

/** See /docs#schema-TextMessage. */
export type TextMessage = {
  type: 'text';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  /** The text, up to 65,536 characters. */
  text: string;
};

/** The id of an earlier message of this session. */
export type MessageId = string;

/** See /docs#schema-ImageMessage. */
export type ImageMessage = {
  type: 'image';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: string | null;
  seconds?: null;
  width?: number | string | null;
  height?: number | string | null;
};

/** In JSON. Uploads use the part `file` of a form. */
export type OutgoingFile =
  | {
      /** Base64, or a `data:` URL with it. */
      base64: string;
      /** Detected from the content or the name if omitted. */
      mimetype?: string;
      file_name?: string;
    }
  | {
      url: string;
      /** Detected from the content or the name if omitted. */
      mimetype?: string;
      file_name?: string;
    };

/** See /docs#schema-VideoMessage. */
export type VideoMessage = {
  type: 'video';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: string | null;
  /** The duration; read from the file for voice notes. */
  seconds?: number | string | null;
  width?: number | string | null;
  height?: number | string | null;
};

/** See /docs#schema-AudioMessage. */
export type AudioMessage = {
  type: 'audio';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: null;
  /** The duration; read from the file for voice notes. */
  seconds?: number | string | null;
  width?: null;
  height?: null;
};

/** See /docs#schema-VoiceMessage. */
export type VoiceMessage = {
  type: 'voice';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: null;
  /** The duration; read from the file for voice notes. */
  seconds?: number | string | null;
  width?: null;
  height?: null;
};

/** See /docs#schema-DocumentMessage. */
export type DocumentMessage = {
  type: 'document';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: string | null;
  seconds?: null;
  width?: null;
  height?: null;
};

/** See /docs#schema-StickerMessage. */
export type StickerMessage = {
  type: 'sticker';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: null;
  seconds?: null;
  width?: number | string | null;
  height?: number | string | null;
};

/** See /docs#schema-LocationMessage. */
export type LocationMessage = {
  type: 'location';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  location: {
    latitude: number;
    longitude: number;
    name?: string | null;
    address?: string | null;
  };
};

/** See /docs#schema-ContactMessage. */
export type ContactMessage = {
  type: 'contact';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  contacts: (
    | {
        name: string;
        numbers: Recipient[];
      }
    | {
        vcard: string;
      }
  )[];
};

/** See /docs#schema-PollMessage. */
export type PollMessage = {
  type: 'poll';
  number: Recipient;
  /** The id of the message to reply to. */
  reply_to?: MessageId | null;
  /** The people whom the text mentions as "@<number>". */
  mentions?: Recipient[] | Recipient;
  poll: {
    name: string;
    options: string[];
    /** How many options one may choose; 0 is any number. */
    selectable_count?: number;
  };
};

/** See /docs#schema-ReactionMessage. */
export type ReactionMessage = {
  type: 'reaction';
  message_id: MessageId;
  /** null removes an earlier reaction. */
  emoji: string | null;
};

/** See /docs#schema-EditMessage. */
export type EditMessage = {
  type: 'edit';
  message_id: MessageId;
  /** The text, up to 65,536 characters. */
  text: string;
};

/** See /docs#schema-DeleteMessage. */
export type DeleteMessage = {
  type: 'delete';
  message_id: MessageId;
};

/** See /docs#schema-ForwardMessage. */
export type ForwardMessage = {
  type: 'forward';
  number: Recipient;
  message_id: MessageId;
};

/** Refused: `message_type_not_shown`. */
export type NotShownMessage = {
  type: 'buttons' | 'list' | 'template' | 'interactive';
};

/** See /docs#schema-RecentMessage. */
export type RecentMessage = {
  session_id: string;
  message_id: string;
  direction: 'in' | 'out';
  at: string;
  chat_id: string;
  /** The other side; null for messages to a group. */
  number: string | null;
  /** The name that the other side chose. */
  name: string | null;
  type: string;
  /** Cut to 500 characters. */
  text: string | null;
};

/** See /docs#schema-Group. */
export type Group = {
  group_id: string;
  subject: string;
  description: string | null;
  owner: {
    /** Digits with country code; null when WhatsApp gave only a LID. */
    number: string | null;
    lid: string | null;
  } | null;
  created_at: string | null;
  size: number;
  /** Whether only admins may write. */
  announce: boolean;
  participants: {
    /** Digits with country code; null when WhatsApp gave only a LID. */
    number: string | null;
    lid: string | null;
    role: 'member' | 'admin' | 'superadmin';
  }[];
};

/** See /docs#schema-ParticipantResult. */
export type ParticipantResult = {
  /** Digits with country code; null when WhatsApp gave only a LID. */
  number: string | null;
  lid: string | null;
  done: boolean;
  /** Why it failed. */
  reason:
    | 'not_on_whatsapp'
    | 'not_in_group'
    | 'already_in_group'
    | 'left_recently'
    | 'needs_invitation'
    | 'group_full'
    | 'not_allowed'
    | 'refused'
    | null;
  /** WhatsApp’s own error code. */
  code: string | null;
};

/** See /docs#schema-Callback. */
export type Callback = {
  id: number;
  /** The header webhook-id: the same for every delivery attempt. */
  webhookId: string;
  sessionId: string;
  /** Its number within the session; there are no gaps. */
  seq: number;
  event: string;
  /** The path of the backend that it is posted to. */
  path: string;
  /** "dead" was given up; "unwanted" has no endpoint at the backend. */
  state: 'pending' | 'delivered' | 'dead' | 'unwanted';
  /** The number of failed attempts. */
  attempts: number;
  createdAt: string;
  firstFailedAt: string | null;
  lastError: string | null;
  /** When it was delivered or given up. */
  settledAt: string | null;
};

/** See /docs#schema-ApiKey. */
export type ApiKey = {
  /** The public part of the key. */
  keyId: string;
  name: string;
  scopes: ('admin' | 'sessions:create' | 'sessions:read' | 'messages:send' | 'callbacks:manage')[];
  /** The only sessions that it can access; null for all. */
  sessions: string[] | null;
  createdAt: string;
};

/** See /docs#schema-NewSessionConnected. */
export type NewSessionConnected = {
  session_id: string;
  /** Digits with country code. */
  phone_number: string;
  status: 'connected';
  last_seen: string;
  auth_folder_path: string;
  server_port: number | null;
  whatsapp_user_id: string;
  created_at: string;
  updated_at: string;
};

/** See /docs#schema-StatusUpdate. */
export type StatusUpdate = {
  session_id: string;
  status: 'connecting' | 'connected' | 'disconnected' | 'error';
  /** What happened, and what to do. */
  error_message: string | null;
  timestamp: string;
  last_seen: string | null;
};

/** See /docs#schema-QrUpdate. */
export type QrUpdate = {
  session_id: string;
  qr_data: string;
  generated_at: string;
};

/** See /docs#schema-MediaInfo. */
export type MediaInfo = {
  mimetype: string | null;
  /** Bytes. */
  size: number | null;
  file_name: string | null;
  caption: string | null;
  seconds: number | null;
  width: number | null;
  height: number | null;
  /** Of the plain file, base64. */
  sha256: string | null;
  /** A small JPEG, base64. */
  thumbnail: string | null;
  /** Below DOWNLOADS_DIR, once it was downloaded. */
  path: string | null;
  /** The path of the request that gives the file. */
  url: string | null;
  download_error: 'too_large' | 'expired' | 'network' | 'timeout' | 'corrupt' | 'unsupported' | 'disk' | null;
};

/** See /docs#schema-Reaction. */
export type Reaction = {
  message_id: string | null;
  /** null when it was taken back. */
  emoji: string | null;
};

/** See /docs#schema-Poll. */
export type Poll = {
  /** The poll that a vote is for; null in the question itself. */
  message_id: string | null;
  name: string | null;
  options: string[] | null;
  /** How many one may choose; 0 is any number of them. */
  selectable_count: number | null;
  /** What the voter chose; empty when it was taken back. */
  selected: string[] | null;
  /** How the votes stand with this one. */
  results:
    | {
        option: string;
        votes: number;
        voters: string[];
      }[]
    | null;
};

/** See /docs#schema-Place. */
export type Place = {
  latitude: number | null;
  longitude: number | null;
  name: string | null;
  address: string | null;
  url: string | null;
  accuracy_meters: number | null;
};

/** See /docs#schema-ContactCard. */
export type ContactCard = {
  name: string | null;
  numbers: string[];
  vcard: string | null;
};

/** See /docs#schema-MessageReceived. */
export type MessageReceived = {
  session_id: string;
  /** The name that the sender chose, or the number. */
  sender_name: string | null;
  /** Digits with country code; null when WhatsApp gave only a LID. */
  sender_number: string | null;
  /** What a person would read. */
  message_content: string | null;
  message_type:
    | 'text'
    | 'image'
    | 'video'
    | 'audio'
    | 'voice'
    | 'document'
    | 'sticker'
    | 'location'
    | 'live_location'
    | 'contact'
    | 'poll'
    | 'poll_vote'
    | 'reaction'
    | 'edit'
    | 'delete'
    | 'buttons_reply'
    | 'list_reply'
    | 'group_invite'
    | 'event'
    | 'order'
    | 'product'
    | 'call'
    | 'unsupported'
    | 'undecryptable';
  /** {} for what has no file. */
  media_info: MediaInfo | Record<string, never>;
  /** When it came to the orchestrator. */
  received_at: string;
  phone_number_session: string | null;
  /** The same message of the same sender has the same. */
  message_id: string;
  /** The conversation's address at WhatsApp. */
  chat_id: string;
  is_group: boolean;
  group_id: string | null;
  group_name: string | null;
  sender_lid: string | null;
  from_me: boolean;
  /** When it was sent, by WhatsApp's clock. */
  timestamp: string;
  /** It waited at WhatsApp while the session was away. */
  offline: boolean;
  quoted_message_id: string | null;
  mentions: string[];
  is_forwarded: boolean;
  edited_message_id: string | null;
  deleted_message_id: string | null;
  reaction: Reaction | null;
  poll: Poll | null;
  location: Place | null;
  contacts: ContactCard[];
  /** The names of the fields that could not be read. */
  unsupported_keys: string[];
  /** What was null when this message was told before. */
  corrected_fields: string[];
};

/** See /docs#schema-MessageStatusUpdate. */
export type MessageStatusUpdate = {
  session_id: string;
  message_id: string;
  /** Digits with country code; null when WhatsApp gave only a LID. */
  to_number: string | null;
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  error_code: string | null;
  error_message: string | null;
  timestamp: string;
};

/** See /docs#schema-ErrorAnswer. */
export type ErrorAnswer = {
  success: false;
  /** The stable code: see docs/errors.md. */
  error:
    | 'malformed_request'
    | 'invalid_json'
    | 'invalid_body'
    | 'invalid_query'
    | 'invalid_number'
    | 'invalid_message'
    | 'invalid_file'
    | 'url_not_allowed'
    | 'invalid_idempotency_key'
    | 'unauthorized'
    | 'account_restricted'
    | 'not_permitted'
    | 'messages_not_kept'
    | 'not_allowed'
    | 'not_found'
    | 'session_not_found'
    | 'message_not_found'
    | 'media_not_available'
    | 'callback_not_found'
    | 'key_not_found'
    | 'group_not_found'
    | 'picture_not_found'
    | 'number_not_on_whatsapp'
    | 'method_not_allowed'
    | 'request_timeout'
    | 'session_not_connected'
    | 'session_not_pairing'
    | 'session_logged_out'
    | 'callback_not_repeatable'
    | 'message_not_suitable'
    | 'storage_not_encrypted'
    | 'wrong_master_key'
    | 'idempotency_in_progress'
    | 'media_expired'
    | 'body_too_large'
    | 'file_too_large'
    | 'unsupported_media_type'
    | 'range_not_satisfiable'
    | 'idempotency_mismatch'
    | 'message_type_not_shown'
    | 'unsupported_media'
    | 'media_too_large'
    | 'url_not_reachable'
    | 'message_refused'
    | 'whatsapp_refused'
    | 'pairing_refused'
    | 'rate_limited'
    | 'headers_too_large'
    | 'internal_error'
    | 'message_not_sent'
    | 'media_not_uploaded'
    | 'media_not_fetched'
    | 'storage_unavailable'
    | 'overloaded'
    | 'starting'
    | 'shutting_down'
    | 'too_many_sessions'
    | 'too_many_pending_sessions'
    | 'too_many_streams'
    | 'qr_timeout'
    | 'whatsapp_timeout';
  /** A sentence for a person. */
  message: string;
};

/** What the main backend is told, by the path to which it is posted. */
export interface Callbacks {
  /**
   * A session connected for the first time.
   * Everything to be stored of the account. The fields are those of the table `whatsapp_sessions`.
   */
  '/api/whatsapp/sessions/new-session-connected': NewSessionConnected;
  /**
   * The status of a session changed.
   * After its first connection, or when it ends before one. A line that is back within 10 s is not told.
   */
  '/api/whatsapp/sessions/status-update': StatusUpdate;
  /**
   * A QR was made or renewed.
   * The text that the picture encodes. A newer one takes the place of one that was not delivered yet.
   */
  '/api/whatsapp/sessions/qr-update': QrUpdate;
  /**
   * A message arrived.
   * Comes once more, with the same `message_id` and another `webhook-id`, when something of it becomes
   * known only later: what an `undecryptable` one says, or the fields in `corrected_fields`.
   */
  '/api/whatsapp/messages/received': MessageReceived;
  /**
   * What became of a message that was sent.
   * As WhatsApp and the recipient tell it. It may come before the answer to the request that sent it.
   */
  '/api/whatsapp/messages/status-update': MessageStatusUpdate;
}

/** All requests. Each rejects with an `OrchestratorError` when it is refused, and otherwise when nobody answers. */
export class OrchestratorClient {
  readonly #requests: Requests;

  constructor(settings: ClientSettings) {
    this.#requests = new Requests(settings);
  }

  /**
   * Link an account with a QR.
   * Creates a session and returns its first QR. Every call creates another session. The QR is renewed
   * until it is scanned; GET /sessions/:sessionId/qr returns the one that is valid now.
   */
  generateQr(options: CallOptions = {}): Promise<{
    success: true;
    sessionId: string;
    /** A PNG as a data: URL, for the src of an image. */
    qr: string;
    qrText: string;
    message: string;
  }> {
    return this.#requests.json('GET', `/generate-qr`, { options });
  }

  /**
   * Link an account with a pairing code.
   * For people who cannot scan a QR: creates a session and returns a code as soon as WhatsApp has
   * accepted it. The code is typed into the phone with this number (Linked devices, Link a device, Link
   * with phone number instead). From then on the session is like any other. The code is not renewed:
   * when it expires, the session is removed and the backend receives a status-update (disconnected).
   */
  pairByCode(
    body: {
      /** The number as WhatsApp shows it on the phone: digits with country code, formatted or not. */
      number: string | number;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    sessionId: string;
    /** Eight characters, to be typed into the phone. */
    code: string;
    /** The same with a dash in the middle, for people to read. */
    formatted: string;
    /** When the code expires and its session is removed. */
    expiresAt: string;
  }> {
    return this.#requests.json('POST', `/sessions/pairing-code`, { body, options });
  }

  /**
   * List all sessions.
   * Returns every session of the server, whatever its status.
   */
  listSessions(options: CallOptions = {}): Promise<{
    success: true;
    data: Session[];
  }> {
    return this.#requests.json('GET', `/sessions`, { options });
  }

  /**
   * Follow live events.
   * A stream of Server-Sent Events that lasts until the caller disconnects. It starts with a snapshot: a
   * `session` event for each session, `health`, then `ready`. Changes follow as they happen.
   * docs/live.md describes every event.
   */
  sessionEvents(options: CallOptions = {}): Promise<Response> {
    return this.#requests.raw('GET', `/sessions/events`, { options });
  }

  /**
   * Get one session.
   * Returns the current state of one session.
   */
  viewSession(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Session;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}`, { options });
  }

  /**
   * Unlink the account and delete the session.
   * Logs the device out of WhatsApp if the session is connected, and deletes its credentials. Messages
   * that the backend has not received yet are still delivered.
   */
  deleteSession(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
  }> {
    return this.#requests.json('DELETE', `/sessions/${encodeURIComponent(sessionId)}`, { options });
  }

  /**
   * Get a session's timeline.
   * When and why the session connected, lost its connection and recovered, including outages of less
   * than 10 s, which are not reported anywhere else. The oldest entry comes first; the newest 200 are
   * kept, and an entry that would repeat the previous one is omitted.
   */
  sessionTimeline(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: TimelineEntry[];
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/timeline`, { options });
  }

  /**
   * Get the current QR.
   * A QR is valid for 20 to 60 seconds, and is then renewed automatically.
   */
  currentQr(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    sessionId: string;
    /** A PNG as a data: URL, for the src of an image. */
    qr: string;
    qrText: string;
    /** When this QR stops being valid. */
    expiresAt: string;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/qr`, { options });
  }

  /**
   * Get the current pairing code.
   * The code that POST /sessions/pairing-code returned, until it is typed or expires.
   */
  currentPairingCode(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    sessionId: string;
    /** Eight characters, to be typed into the phone. */
    code: string;
    /** The same with a dash in the middle, for people to read. */
    formatted: string;
    /** When the code expires and its session is removed. */
    expiresAt: string;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/pairing-code`, { options });
  }

  /**
   * Send a text message.
   * Responds once WhatsApp has accepted the message ("sent"), or with "pending" if it has not answered
   * within 10 seconds. With an Idempotency-Key, a repeated request returns the first answer and the
   * message is sent only once.
   */
  sendMessage(
    sessionId: string,
    body: {
      number: Recipient;
      /** The text, up to 65,536 characters. */
      message: string;
    },
    options: RepeatableOptions = {},
  ): Promise<{
    success: true;
    messageId: string;
    status: 'sent' | 'pending';
    /** The WhatsApp address of the recipient. */
    to: string;
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/send-message`, { body, options });
  }

  /**
   * Send a message of any type.
   * The fields of a message depend on its type. An action on an earlier message (reaction, edit, delete)
   * goes to the conversation of that message. Statuses and idempotency are the same as for send-message.
   */
  sendAnyMessage(
    sessionId: string,
    body:
      | TextMessage
      | ImageMessage
      | VideoMessage
      | AudioMessage
      | VoiceMessage
      | DocumentMessage
      | StickerMessage
      | LocationMessage
      | ContactMessage
      | PollMessage
      | ReactionMessage
      | EditMessage
      | DeleteMessage
      | ForwardMessage
      | NotShownMessage
      | FormData,
    options: RepeatableOptions = {},
  ): Promise<{
    success: true;
    messageId: string;
    status: 'sent' | 'pending';
    /** The WhatsApp address of the recipient. */
    to: string;
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/messages`, { body, options });
  }

  /**
   * Get a session's recent messages.
   * The messages received, and those sent over the API, since the server started; the newest last. They
   * are kept only in memory, at most 100 per session, and only with DASHBOARD_MESSAGES=true. Callbacks
   * report every message.
   */
  recentMessages(
    sessionId: string,
    query: {
      limit?: number;
    } = {},
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: RecentMessage[];
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/messages`, { query, options });
  }

  /**
   * List all groups of the account.
   * Every group that the account is in, read from WhatsApp in one query.
   */
  listGroups(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Group[];
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/groups`, { options });
  }

  /**
   * Create a group.
   * Creates a group with the account and everybody who can be added; "results" has the outcome for each.
   * With an Idempotency-Key, a repeated request returns the first answer and the group is created only
   * once. After a whatsapp_timeout the group may exist: check GET /sessions/:sessionId/groups before you
   * retry.
   */
  createGroup(
    sessionId: string,
    body: {
      subject: string;
      /** Digits with country code, or LIDs. */
      participants: Recipient[];
    },
    options: RepeatableOptions = {},
  ): Promise<{
    success: true;
    data: Group;
    results: ParticipantResult[];
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/groups`, { body, options });
  }

  /**
   * Get one group.
   * The group as WhatsApp knows it. It is queried at most once a minute; changes that WhatsApp announces
   * take effect at once.
   */
  viewGroup(
    sessionId: string,
    groupId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Group;
  }> {
    return this.#requests.json(
      'GET',
      `/sessions/${encodeURIComponent(sessionId)}/groups/${encodeURIComponent(groupId)}`,
      { options },
    );
  }

  /**
   * Change a group's subject or description.
   * Omitted fields stay unchanged; a description that is null or empty is removed.
   */
  updateGroup(
    sessionId: string,
    groupId: string,
    body: {
      subject?: string;
      description?: string | null;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Group;
  }> {
    return this.#requests.json(
      'PATCH',
      `/sessions/${encodeURIComponent(sessionId)}/groups/${encodeURIComponent(groupId)}`,
      { body, options },
    );
  }

  /**
   * Add, remove, promote or demote participants.
   * Returns one result per participant, in the given order: the change can succeed for some and fail for
   * others. People who need an invitation can be sent the invite link of the group.
   */
  changeParticipants(
    sessionId: string,
    groupId: string,
    body: {
      action: 'add' | 'remove' | 'promote' | 'demote';
      /** Digits with country code, or LIDs. */
      participants: Recipient[];
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: ParticipantResult[];
  }> {
    return this.#requests.json(
      'POST',
      `/sessions/${encodeURIComponent(sessionId)}/groups/${encodeURIComponent(groupId)}/participants`,
      { body, options },
    );
  }

  /**
   * Get the invite link of a group.
   * Only for group admins.
   */
  groupInvite(
    sessionId: string,
    groupId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    code: string;
    url: string;
  }> {
    return this.#requests.json(
      'GET',
      `/sessions/${encodeURIComponent(sessionId)}/groups/${encodeURIComponent(groupId)}/invite`,
      { options },
    );
  }

  /**
   * Revoke the invite link of a group.
   * Returns the new link. Only for group admins. Needs no body.
   */
  revokeInvite(
    sessionId: string,
    groupId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    code: string;
    url: string;
  }> {
    return this.#requests.json(
      'POST',
      `/sessions/${encodeURIComponent(sessionId)}/groups/${encodeURIComponent(groupId)}/invite/revoke`,
      { options },
    );
  }

  /**
   * Leave a group.
   * The group is no longer listed among those of the account. Needs no body.
   */
  leaveGroup(
    sessionId: string,
    groupId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
  }> {
    return this.#requests.json(
      'POST',
      `/sessions/${encodeURIComponent(sessionId)}/groups/${encodeURIComponent(groupId)}/leave`,
      { options },
    );
  }

  /**
   * Check whether a number is on WhatsApp.
   * Checks all variants under which WhatsApp may know the number (Argentina, Mexico, Brazil) in one
   * query. A positive result is cached for 30 days, a negative one for an hour. Frequent checks can get
   * an account banned, so a session looks up at most 20 unknown numbers per minute.
   */
  checkContact(
    sessionId: string,
    query: {
      /** Digits with country code, formatted or not. */
      number: string;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    exists: boolean;
    /** As WhatsApp knows it, which may differ from the requested number. */
    number: string | null;
    jid: string | null;
    lid: string | null;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/contacts/check`, { query, options });
  }

  /**
   * Get the profile picture of a person or a group.
   * Returns the URL of the picture at WhatsApp. It expires after a while: fetch the picture soon.
   */
  contactPicture(
    sessionId: string,
    contactId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    url: string;
  }> {
    return this.#requests.json(
      'GET',
      `/sessions/${encodeURIComponent(sessionId)}/contacts/${encodeURIComponent(contactId)}/picture`,
      { options },
    );
  }

  /**
   * Download the file of a message.
   * Returns the file as it was sent, or the requested range. A file that is not on disk is downloaded
   * from WhatsApp first, even without DOWNLOAD_MEDIA; after 60 seconds the response is
   * "whatsapp_timeout", and the download continues. A file on disk is returned even if its session has
   * been deleted.
   */
  messageMedia(sessionId: string, messageId: string, options: CallOptions = {}): Promise<Response> {
    return this.#requests.raw(
      'GET',
      `/sessions/${encodeURIComponent(sessionId)}/messages/${encodeURIComponent(messageId)}/media`,
      { options },
    );
  }

  /**
   * Mark messages as read.
   * Sends read receipts to the senders, in private chats and groups, if the account's privacy settings
   * allow it. Messages are known for two weeks. Those that the account itself sent count as unknown.
   */
  markRead(
    sessionId: string,
    body: {
      messageIds: MessageId[];
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    read: string[];
    unknown: string[];
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/read`, { body, options });
  }

  /**
   * Set presence or show typing.
   * While the account is online here, WhatsApp mutes notifications on its phone. It is therefore only
   * online while it is typing (for 25 seconds, or until "paused"), or after "available", which lasts
   * until "unavailable" or until the session reconnects.
   */
  showPresence(
    sessionId: string,
    body:
      | {
          state: 'available' | 'unavailable';
        }
      | {
          state: 'composing' | 'recording' | 'paused';
          to: Recipient;
        },
    options: CallOptions = {},
  ): Promise<{
    success: true;
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/presence`, { body, options });
  }

  /**
   * Reconnect a session.
   * Closes the connection and opens a new one. The account stays linked: the same credentials are used.
   * Needs no body. Not possible while a pairing code is waiting to be typed: the code would not be valid
   * on another connection.
   */
  restartSession(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Session;
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/restart`, { options });
  }

  /**
   * List callbacks.
   * Pending callbacks, those delivered within CALLBACK_RETENTION (at least one day), and all that were
   * given up ("dead"), the oldest first. For the next page, repeat the request with after=<nextAfter>.
   */
  listCallbacks(
    query: {
      /** "dead" was given up; "unwanted" has no endpoint at the backend. */
      state?: 'pending' | 'delivered' | 'dead' | 'unwanted';
      /** As returned by GET /generate-qr. */
      sessionId?: string;
      /** Returns only what follows this one. */
      after?: number;
      /** The maximum number of results. */
      limit?: number;
    } = {},
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Callback[];
    nextAfter: number | null;
  }> {
    return this.#requests.json('GET', `/callbacks`, { query, options });
  }

  /**
   * Replay the callbacks of a period.
   * All settled callbacks of the session whose events happened from "since" to "until" are posted again
   * in their order, with the same webhook-id and number. QRs are left out: they are no longer valid.
   */
  replayCallbacks(
    body: {
      /** As returned by GET /generate-qr. */
      sessionId: string;
      since: string;
      until: string;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    count: number;
  }> {
    return this.#requests.json('POST', `/callbacks/replay`, { body, options });
  }

  /**
   * Get one callback.
   * Returns one callback including its body.
   */
  viewCallback(
    id: number,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: {
      id: number;
      /** The header webhook-id: the same for every delivery attempt. */
      webhookId: string;
      sessionId: string;
      /** Its number within the session; there are no gaps. */
      seq: number;
      event: string;
      /** The path of the backend that it is posted to. */
      path: string;
      /** "dead" was given up; "unwanted" has no endpoint at the backend. */
      state: 'pending' | 'delivered' | 'dead' | 'unwanted';
      /** The number of failed attempts. */
      attempts: number;
      createdAt: string;
      firstFailedAt: string | null;
      lastError: string | null;
      /** When it was delivered or given up. */
      settledAt: string | null;
      /** The body that is posted; null if it was tampered with in the encrypted database and cannot be read. */
      body: Record<string, unknown> | null;
    };
  }> {
    return this.#requests.json('GET', `/callbacks/${encodeURIComponent(id)}`, { options });
  }

  /**
   * Retry one callback now.
   * A pending callback is retried immediately. A dead one becomes pending again, ahead of everything
   * newer in its session. Needs no body.
   */
  retryCallback(
    id: number,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: Callback;
  }> {
    return this.#requests.json('POST', `/callbacks/${encodeURIComponent(id)}/retry`, { options });
  }

  /**
   * Pull events.
   * The events of all sessions in their order, whether they were posted or not, for a backend that wants
   * to catch up. Keep nextCursor and continue with after=<nextCursor>. A webhookId that you have seen
   * before is the same event. Events are kept for CALLBACK_RETENTION after their delivery, and for at
   * least one day. Events that were tampered with in the encrypted database are left out and logged.
   */
  pullEvents(
    query: {
      /** Returns only what follows this one. */
      after?: number;
      /** The maximum number of results. */
      limit?: number;
    } = {},
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: {
      cursor: number;
      webhookId: string;
      sessionId: string;
      seq: number;
      /** The path of the backend that it is or was posted to. */
      path: string;
      /** "dead" was given up; "unwanted" has no endpoint at the backend. */
      state: 'pending' | 'delivered' | 'dead' | 'unwanted';
      createdAt: string;
      body: Record<string, unknown>;
    }[];
    nextCursor: number;
  }> {
    return this.#requests.json('GET', `/events`, { query, options });
  }

  /**
   * Turn media downloads on or off.
   * Whether files of incoming messages are downloaded. Applies to all sessions, and survives a restart.
   */
  downloadMedia(
    body: {
      enabled: boolean;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    enabled: boolean;
  }> {
    return this.#requests.json('POST', `/config/download-media`, { body, options });
  }

  /**
   * Change the master key of the storage.
   * Used by the command "npm run rotate-master-key" while the server is running. "sealed" is the new
   * key, encrypted with the current one: an API key alone is not enough to change it, and nobody who
   * sees the request can read it. Either all data keys are rewrapped or none. Other requests do not
   * wait, and the encrypted data itself does not change.
   */
  changeMasterKey(
    body: {
      /** Base64. */
      sealed: string;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    /** The number of data keys that were rewrapped. */
    dataKeys: number;
  }> {
    return this.#requests.json('POST', `/config/master-key`, { body, options });
  }

  /**
   * Issue a token for a web page.
   * For browsers, which must not hold an API key. With the token as bearer, a page can create one
   * session and show its QR or pairing code and its status, and nothing else. With "sessionId" it shows
   * that session and creates none. A restart of the server revokes all tokens; revoking a key revokes
   * the tokens issued with it.
   */
  createToken(
    body: {
      /** As returned by GET /generate-qr. */
      sessionId?: string;
      /** Seconds. */
      ttl?: number;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    token: string;
    sessionId: string | null;
    expiresAt: string;
  }> {
    return this.#requests.json('POST', `/tokens`, { body, options });
  }

  /**
   * Create a key.
   * The key is only shown in this response: the server stores a hash of it.
   */
  createKey(
    body: {
      name?: string;
      scopes: ('admin' | 'sessions:create' | 'sessions:read' | 'messages:send' | 'callbacks:manage')[];
      sessions?: string[] | null;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    key: string;
    data: ApiKey;
  }> {
    return this.#requests.json('POST', `/keys`, { body, options });
  }

  /**
   * List all keys.
   * The permissions of each key, the oldest first. Neither the keys themselves nor those of API_KEY are
   * included.
   */
  listKeys(options: CallOptions = {}): Promise<{
    success: true;
    data: ApiKey[];
  }> {
    return this.#requests.json('GET', `/keys`, { options });
  }

  /**
   * Revoke a key.
   * The key and all tokens that were issued with it become invalid immediately.
   */
  revokeKey(
    keyId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
  }> {
    return this.#requests.json('DELETE', `/keys/${encodeURIComponent(keyId)}`, { options });
  }

  /**
   * Get this reference as OpenAPI.
   * All requests, responses, errors and callbacks as an OpenAPI 3.1 document. Needs no key.
   */
  openApi(options: CallOptions = {}): Promise<{
    openapi: string;
  }> {
    return this.#requests.json('GET', `/openapi.json`, { options });
  }

  /**
   * Get this reference as a page.
   * The same as an HTML page. Needs no key.
   */
  docs(options: CallOptions = {}): Promise<string> {
    return this.#requests.text('GET', `/docs`, { options });
  }

  /**
   * Get the health of the server.
   * Needs no key. "ok" if all is well, "degraded" (still 200) if a person should look at the listed
   * problems, and "error" (503) if the server cannot do its work.
   */
  health(options: CallOptions = {}): Promise<{
    success: boolean;
    status: 'ok' | 'degraded' | 'error';
    /** Seconds since the start. */
    uptime: number;
    version: string;
    sessions: {
      connecting: number;
      connected: number;
      disconnected: number;
      error: number;
    };
    callbacks: {
      pending: number;
      deadLettered: number;
      oldestPendingSeconds: number;
    };
    /** Whether the main backend accepts callbacks. */
    backend: 'unknown' | 'up' | 'down';
    /** Sentences for people. */
    problems: string[];
  }> {
    return this.#requests.json('GET', `/health`, { options });
  }

  /**
   * Check liveness.
   * Checks nothing: a process that answers is alive. A failing backend or disk is no reason to restart
   * it.
   */
  live(options: CallOptions = {}): Promise<{
    success: true;
  }> {
    return this.#requests.json('GET', `/livez`, { options });
  }

  /**
   * Check readiness.
   * Refused with "starting" until callbacks are delivered and sessions connect, with
   * "storage_unavailable" while the disk cannot be written, and with "shutting_down" during shutdown.
   * The backend and WhatsApp do not matter.
   */
  ready(options: CallOptions = {}): Promise<{
    success: true;
  }> {
    return this.#requests.json('GET', `/readyz`, { options });
  }

  /**
   * Get metrics for Prometheus.
   * Metrics in Prometheus' text format. They contain neither session ids nor phone numbers.
   */
  metrics(options: CallOptions = {}): Promise<string> {
    return this.#requests.text('GET', `/metrics`, { options });
  }

  /** What is at a path that an event names: `media_info.url`. */
  fetch(path: string, options: CallOptions = {}): Promise<Response> {
    return this.#requests.raw('GET', path, { options });
  }
}
