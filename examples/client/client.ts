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
  /** The line is lost, is being repaired and comes back by itself. */
  reconnecting: boolean;
  /** WhatsApp lets the account begin no conversations now. */
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
   * `created`: The session was created. `qr_offered`: A QR code is ready to scan; renewals are not
   * recorded. `code_offered`: A pairing code is ready to enter on the phone. `paired`: The code was
   * scanned or entered; the first login follows. `connected`: Logged in and receiving messages.
   * `line_lost`: The connection was lost and is being restored; the status changes only if that takes
   * longer than 10 s. `disconnected`: The connection was not restored within 10 s, and the backend was
   * notified. `repaired`: The connection was restored; `why` says what had gone wrong. `trouble`:
   * Something went wrong on the connection, which stays open. `restricted`: WhatsApp temporarily does
   * not let the account start conversations; existing ones are not affected. `restart_requested`: A
   * restart was requested. `ban_over`: A temporary ban has ended; the session reconnects.
   * `starting_over`: The credentials were unusable and were deleted; a new code follows. `closed`: The
   * session has ended; the account needs a new one. `failed`: The session has stopped until a person
   * acts.
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
  /** The reason in a sentence, where there is one. */
  why: string | null;
};

/** Digits with country code, decorated or not, or a WhatsApp address. */
export type Recipient = string | number;

/** See /docs#schema-TextMessage. */
export type TextMessage = {
  type: 'text';
  number: Recipient;
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
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
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: string | null;
  seconds?: null;
  width?: number | string | null;
  height?: number | string | null;
};

/** In JSON. An upload comes in the part `file` of a form. */
export type OutgoingFile =
  | {
      /** Base64, or a `data:` URL with it. */
      base64: string;
      /** Without it the kind is read from the content or the name. */
      mimetype?: string;
      file_name?: string;
    }
  | {
      url: string;
      /** Without it the kind is read from the content or the name. */
      mimetype?: string;
      file_name?: string;
    };

/** See /docs#schema-VideoMessage. */
export type VideoMessage = {
  type: 'video';
  number: Recipient;
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: string | null;
  /** How long it plays; a voice note says so itself. */
  seconds?: number | string | null;
  width?: number | string | null;
  height?: number | string | null;
};

/** See /docs#schema-AudioMessage. */
export type AudioMessage = {
  type: 'audio';
  number: Recipient;
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: null;
  /** How long it plays; a voice note says so itself. */
  seconds?: number | string | null;
  width?: null;
  height?: null;
};

/** See /docs#schema-VoiceMessage. */
export type VoiceMessage = {
  type: 'voice';
  number: Recipient;
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
  mentions?: Recipient[] | Recipient;
  file: OutgoingFile;
  caption?: null;
  /** How long it plays; a voice note says so itself. */
  seconds?: number | string | null;
  width?: null;
  height?: null;
};

/** See /docs#schema-DocumentMessage. */
export type DocumentMessage = {
  type: 'document';
  number: Recipient;
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
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
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
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
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
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
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
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
  /** The id of the message that it answers. */
  reply_to?: MessageId | null;
  /** The people whom the text names as "@<number>". */
  mentions?: Recipient[] | Recipient;
  poll: {
    name: string;
    options: string[];
    /** How many one may choose; 0 is any number of them. */
    selectable_count?: number;
  };
};

/** See /docs#schema-ReactionMessage. */
export type ReactionMessage = {
  type: 'reaction';
  message_id: MessageId;
  /** null takes an earlier reaction back. */
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
  /** Of the other side; null for what goes to a group. */
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
  /** Why it was not done. */
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
  /** WhatsApp’s own code for it. */
  code: string | null;
};

/** See /docs#schema-Callback. */
export type Callback = {
  id: number;
  /** The header webhook-id: the same however often it is posted. */
  webhookId: string;
  sessionId: string;
  /** Its number within the session, without gaps. */
  seq: number;
  event: string;
  /** Where at the backend it is posted. */
  path: string;
  /** "dead" was given up, "unwanted" has no endpoint at the backend. */
  state: 'pending' | 'delivered' | 'dead' | 'unwanted';
  /** Tries that failed. */
  attempts: number;
  createdAt: string;
  firstFailedAt: string | null;
  lastError: string | null;
  /** When it was delivered or given up. */
  settledAt: string | null;
};

/** See /docs#schema-ApiKey. */
export type ApiKey = {
  /** The part of the key that is no secret. */
  keyId: string;
  name: string;
  scopes: ('admin' | 'sessions:create' | 'sessions:read' | 'messages:send' | 'callbacks:manage')[];
  /** The only sessions that it is for; null for all. */
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
   * Connect a new account.
   * Makes a session with an id of its own and answers with its first QR. Each call makes another
   * session; the QR is renewed until somebody scans it (GET /sessions/:sessionId/qr has the one that is
   * valid now).
   */
  generateQr(options: CallOptions = {}): Promise<{
    success: true;
    sessionId: string;
    /** A PNG, for the src of an image. */
    qr: string;
    qrText: string;
    message: string;
  }> {
    return this.#requests.json('GET', `/generate-qr`, { options });
  }

  /**
   * Connect a new account by a code.
   * For people who cannot scan: makes a session and answers with a code once WhatsApp took it. It is
   * typed into the phone of this number (Linked devices, Link a device, Link with phone number instead).
   * After that everything is as after a scan. A code is not renewed: when it ends, its session is
   * removed, and the backend told of it (status-update, disconnected).
   */
  pairByCode(
    body: {
      /** The number as WhatsApp shows it on the phone: digits with country code, decorated or not. */
      number: string | number;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    sessionId: string;
    /** Eight characters, to be typed into the phone. */
    code: string;
    /** The same as people read it, with a dash in the middle. */
    formatted: string;
    /** When it is of no use any more, and its session gone. */
    expiresAt: string;
  }> {
    return this.#requests.json('POST', `/sessions/pairing-code`, { body, options });
  }

  /**
   * All sessions.
   * Every session that the server holds, whatever its status.
   */
  listSessions(options: CallOptions = {}): Promise<{
    success: true;
    data: Session[];
  }> {
    return this.#requests.json('GET', `/sessions`, { options });
  }

  /**
   * What happens, while it happens.
   * Server-Sent Events that go on until the caller leaves. First how everything is now: a `session` for
   * each session, `health`, `ready`; then what changes. docs/live.md says what each event carries.
   */
  sessionEvents(options: CallOptions = {}): Promise<Response> {
    return this.#requests.raw('GET', `/sessions/events`, { options });
  }

  /**
   * One session.
   * How one session is now.
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
   * Unlink the account and forget the session.
   * Logs the device out at WhatsApp where a line is open and removes its credentials. Messages that the
   * backend has not received yet are still delivered to it.
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
   * What happened to one session.
   * When and why it connected, lost its line and was repaired, also within the 10 s in which nobody else
   * is told. The oldest first; the newest 200 notes are kept, and what the last one says already is not
   * said again.
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
   * The QR that is valid now.
   * WhatsApp stops taking a code after 20 to 60 seconds; a renewed one follows by itself.
   */
  currentQr(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    sessionId: string;
    /** A PNG, for the src of an image. */
    qr: string;
    qrText: string;
    /** When WhatsApp stops taking this one. */
    expiresAt: string;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/qr`, { options });
  }

  /**
   * The pairing code that is valid now.
   * As POST /sessions/pairing-code gave it, until somebody typed it or it ended.
   */
  currentPairingCode(
    sessionId: string,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    sessionId: string;
    /** Eight characters, to be typed into the phone. */
    code: string;
    /** The same as people read it, with a dash in the middle. */
    formatted: string;
    /** When it is of no use any more, and its session gone. */
    expiresAt: string;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/pairing-code`, { options });
  }

  /**
   * Send a text.
   * Answers after WhatsApp took the message ("sent"), or with "pending" when it said nothing within 10
   * seconds. With an Idempotency-Key a repeated request gives the first answer, and the message is sent
   * once.
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
    /** The WhatsApp address that it went to. */
    to: string;
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/send-message`, { body, options });
  }

  /**
   * Send a message of any kind.
   * Which fields a message has depends on its type. What is done to an earlier message (reaction, edit,
   * delete) goes to the conversation of that one. Answers and repeats as send-message does.
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
    /** The WhatsApp address that it went to. */
    to: string;
  }> {
    return this.#requests.json('POST', `/sessions/${encodeURIComponent(sessionId)}/messages`, { body, options });
  }

  /**
   * The last messages of a session.
   * Those that came, and those that were sent for callers, since the start of the server; the newest
   * last. They are kept in memory alone, at most 100 of a session, and only with
   * DASHBOARD_MESSAGES=true. Callbacks tell of all.
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
   * All groups of the account.
   * Every group that the account is in, asked of WhatsApp in one question.
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
   * Make a group.
   * Of the account and those who can be added; "results" says what became of each. With an
   * Idempotency-Key a repeated request gives the first answer, and the group is made once. After a
   * whatsapp_timeout the group may have been made: look at GET /sessions/:sessionId/groups before trying
   * again.
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
   * One group.
   * As WhatsApp has it. It is asked at most once a minute; changes that WhatsApp tells of are seen at
   * once.
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
   * Change what a group is called, or is about.
   * What is left out stays as it is; a description that is null or empty is removed.
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
   * Add people to a group, remove them, make them admins or not.
   * One result for each, in their order: WhatsApp may do it to some and not to others. Who needs an
   * invitation can be sent the link of the group.
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
   * The link by which people come into a group.
   * Only admins get it.
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
   * Make the link of a group invalid.
   * Answers with the new one. Only admins may. Needs no body.
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
   * From then on it is not among the groups of the account. Needs no body.
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
   * Whether a number has a WhatsApp account.
   * Asks for all forms under which WhatsApp may know the number (Argentina, Mexico, Brazil) in one
   * question. That an account exists is kept for 30 days, that none does for an hour. Asking often is a
   * reason for bans: a session asks for 20 unknown numbers a minute at most.
   */
  checkContact(
    sessionId: string,
    query: {
      /** Digits with country code, decorated or not. */
      number: string;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    exists: boolean;
    /** As WhatsApp has it, which may differ from what was asked. */
    number: string | null;
    jid: string | null;
    lid: string | null;
  }> {
    return this.#requests.json('GET', `/sessions/${encodeURIComponent(sessionId)}/contacts/check`, { query, options });
  }

  /**
   * The profile picture of a person or a group.
   * Where the picture is at WhatsApp. The address holds for a while: fetch it soon, and ask again later.
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
   * The file of a message.
   * Gives the file as it was sent, all of it or the range that is asked for. What is not on the disk is
   * fetched from WhatsApp first, whether DOWNLOAD_MEDIA is on or not; after 60 seconds the answer is
   * "whatsapp_timeout", and the file goes on being fetched. What is on the disk is given also when its
   * session is gone.
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
   * Their senders are told, in conversations and groups, where the privacy of the account lets them
   * know. Messages are known for two weeks. Those that the account sent itself count as unknown.
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
   * Show the account as online, or as typing.
   * As long as the account is online here, WhatsApp keeps its phone silent. So it is online only while
   * it is typing (25 seconds, or until "paused") or since "available" was asked for, which holds until
   * "unavailable" or until the line is opened anew.
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
   * Close the line and open it again.
   * The account stays linked: the same credentials are used. Needs no body. Not for a session that waits
   * for its pairing code to be typed: the code would be worth nothing on another line.
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
   * The callbacks that are kept.
   * Those that wait, those that were delivered within CALLBACK_RETENTION (or the last day), and all that
   * were given up ("dead"), the oldest first. Ask again with after=<nextAfter> for more.
   */
  listCallbacks(
    query: {
      /** "dead" was given up, "unwanted" has no endpoint at the backend. */
      state?: 'pending' | 'delivered' | 'dead' | 'unwanted';
      /** As GET /generate-qr gave it. */
      sessionId?: string;
      /** What came after this one. */
      after?: number;
      /** How many at most. */
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
   * Post again what happened in a time.
   * All callbacks of the session whose events happened from "since" to "until", delivered or given up,
   * are posted again in their order, with the same webhook-id and number. QRs are left out: they no
   * longer count.
   */
  replayCallbacks(
    body: {
      /** As GET /generate-qr gave it. */
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
   * One callback.
   * With what it says.
   */
  viewCallback(
    id: number,
    options: CallOptions = {},
  ): Promise<{
    success: true;
    data: {
      id: number;
      /** The header webhook-id: the same however often it is posted. */
      webhookId: string;
      sessionId: string;
      /** Its number within the session, without gaps. */
      seq: number;
      event: string;
      /** Where at the backend it is posted. */
      path: string;
      /** "dead" was given up, "unwanted" has no endpoint at the backend. */
      state: 'pending' | 'delivered' | 'dead' | 'unwanted';
      /** Tries that failed. */
      attempts: number;
      createdAt: string;
      firstFailedAt: string | null;
      lastError: string | null;
      /** When it was delivered or given up. */
      settledAt: string | null;
      /** What is posted; null when it was tampered with in the encrypted database, and cannot be. */
      body: Record<string, unknown> | null;
    };
  }> {
    return this.#requests.json('GET', `/callbacks/${encodeURIComponent(id)}`, { options });
  }

  /**
   * Try one callback now.
   * One that waits is tried at once. One that was given up waits again, before everything newer of its
   * session. Needs no body.
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
   * What happened since.
   * The events of all sessions in their order, whether they were posted or not: for a backend that wants
   * to catch up with what it missed. Keep nextCursor and ask with after=<nextCursor> the next time. A
   * webhookId that was seen before is the same event. Kept for CALLBACK_RETENTION after they were
   * delivered, and for a day at least. What was tampered with in the encrypted database is left out, and
   * the log says so.
   */
  pullEvents(
    query: {
      /** What came after this one. */
      after?: number;
      /** How many at most. */
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
      /** Where at the backend it is, or was, posted. */
      path: string;
      /** "dead" was given up, "unwanted" has no endpoint at the backend. */
      state: 'pending' | 'delivered' | 'dead' | 'unwanted';
      createdAt: string;
      body: Record<string, unknown>;
    }[];
    nextCursor: number;
  }> {
    return this.#requests.json('GET', `/events`, { query, options });
  }

  /**
   * Download the files of incoming messages, or not.
   * Holds for all sessions, from now on and after a restart.
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
   * For the command "npm run rotate-master-key" while the server runs. "sealed" is the new key,
   * encrypted with the one that the storage has now: who has only a key of the API cannot change it, and
   * who sees the request cannot read it. All data keys are wrapped anew or none. Nothing else waits for
   * it, and nothing that is encrypted with them changes.
   */
  changeMasterKey(
    body: {
      /** Base64. */
      sealed: string;
    },
    options: CallOptions = {},
  ): Promise<{
    success: true;
    /** How many data keys were wrapped anew. */
    dataKeys: number;
  }> {
    return this.#requests.json('POST', `/config/master-key`, { body, options });
  }

  /**
   * A token for a page.
   * For a browser, which must not have a key: with the token as bearer it makes one session, shows its
   * QR or pairing code and its status, and does nothing else. With "sessionId" it shows that session and
   * makes none. A restart of the server ends all tokens, and so does revoking the key that they were
   * made with.
   */
  createToken(
    body: {
      /** As GET /generate-qr gave it. */
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
   * Make a key.
   * The key is shown in this answer and never again: only a hash of it is kept.
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
   * All keys.
   * What each may do, the oldest first; not the keys themselves, nor those of API_KEY.
   */
  listKeys(options: CallOptions = {}): Promise<{
    success: true;
    data: ApiKey[];
  }> {
    return this.#requests.json('GET', `/keys`, { options });
  }

  /**
   * Revoke a key.
   * From here on it opens nothing, nor do the tokens that were made with it.
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
   * This reference, for programs.
   * All requests, answers, refusals and callbacks as a document of OpenAPI 3.1. Needs no key.
   */
  openApi(options: CallOptions = {}): Promise<{
    openapi: string;
  }> {
    return this.#requests.json('GET', `/openapi.json`, { options });
  }

  /**
   * This reference, for people.
   * The same as a page. Needs no key.
   */
  docs(options: CallOptions = {}): Promise<string> {
    return this.#requests.text('GET', `/docs`, { options });
  }

  /**
   * Whether the server does its work.
   * Needs no key. "ok" when all is well, "degraded" (still 200) when a person should look at the
   * problems named, "error" with 503 when the server cannot do its work.
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
    /** Whether the main backend takes callbacks. */
    backend: 'unknown' | 'up' | 'down';
    /** What is not well, in sentences. */
    problems: string[];
  }> {
    return this.#requests.json('GET', `/health`, { options });
  }

  /**
   * Whether the process is alive.
   * Looks at nothing: who answers is alive. A backend or a disk that fails is no reason to start it
   * again.
   */
  live(options: CallOptions = {}): Promise<{
    success: true;
  }> {
    return this.#requests.json('GET', `/livez`, { options });
  }

  /**
   * Whether the server can do its work.
   * Refused with "starting" until callbacks are delivered and sessions connect, with
   * "storage_unavailable" while the disk takes nothing, and with "shutting_down" at the end. What the
   * backend and WhatsApp do changes nothing.
   */
  ready(options: CallOptions = {}): Promise<{
    success: true;
  }> {
    return this.#requests.json('GET', `/readyz`, { options });
  }

  /**
   * What is counted, for Prometheus.
   * In the text format of Prometheus. No session and no number is in it.
   */
  metrics(options: CallOptions = {}): Promise<string> {
    return this.#requests.text('GET', `/metrics`, { options });
  }

  /** What is at a path that an event names: `media_info.url`. */
  fetch(path: string, options: CallOptions = {}): Promise<Response> {
    return this.#requests.raw('GET', path, { options });
  }
}
