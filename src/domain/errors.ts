/**
 * Every error that a caller can see, with its default sentence. Codes are stable; sentences may change. How an error is
 * answered over HTTP is decided in http/responses/error-status.ts. A test keeps docs/errors.md in step with both tables.
 */
export const ERRORS = {
  malformed_request: 'The request is not valid HTTP.',
  invalid_json: 'The request body is not valid JSON.',
  invalid_body: 'The request body does not have the expected form.',
  invalid_query: 'A query parameter does not have the expected form.',
  invalid_number: 'The number is neither a phone number with country code nor a WhatsApp address.',
  invalid_message: 'The message must be a text of 1 to 65,536 characters.',
  invalid_file: 'The file must be an upload named "file", {"base64": "…"} or {"url": "…"}, and must not be empty.',
  invalid_passkey: 'The body must be what PublicKeyCredential.toJSON() returned for this request.',
  url_not_allowed: 'Files are only fetched over http or https, from public addresses, and by URLs without credentials.',
  invalid_idempotency_key: 'An Idempotency-Key must have 1 to 255 printable ASCII characters.',
  unauthorized: 'An API key is required: send it as "Authorization: Bearer <key>".',
  account_restricted: 'WhatsApp has restricted this account: it cannot message this recipient.',
  not_permitted: 'This key does not permit this request.',
  recipient_not_allowed: 'This key may not send to this recipient.',
  messages_not_kept: 'Recent messages are only kept with DASHBOARD_MESSAGES=true.',
  history_not_kept: 'This session keeps no messages: set HISTORY_DAYS, or how many days this session keeps them.',
  not_allowed: 'WhatsApp does not allow this account to do that.',
  not_found: 'There is nothing at this path; /docs lists every request.',
  session_not_found: 'There is no session with this id.',
  message_not_found: 'There is no message with this id in this session, or it is older than two weeks.',
  media_not_available: 'This message has no file to download.',
  callback_not_found: 'There is no callback with this id.',
  webhook_not_found: 'There is no webhook with this id.',
  draft_not_found: 'There is no draft with this id.',
  key_not_found: 'There is no key with this id.',
  group_not_found: 'This account is in no group with this id.',
  channel_not_found: 'There is no channel with this id or link, or no longer.',
  invite_not_valid: 'No group has this invite link, or no longer.',
  label_not_found: 'This account has no label with this id.',
  call_not_found: 'No call with this id rings now.',
  picture_not_found: 'There is no profile picture that this account may see.',
  business_profile_not_found: 'This account has no business profile.',
  number_not_on_whatsapp: 'This number has no WhatsApp account.',
  method_not_allowed: 'This path does not support this method.',
  request_timeout: 'The request did not arrive in time.',
  session_not_connected: 'The session is not connected to WhatsApp.',
  app_state_not_ready:
    'The phone has not shared the keys for its chats and contacts with this session yet; try again soon.',
  session_not_pairing: 'The session has no code to offer right now.',
  passkey_not_wanted: 'WhatsApp does not wait for this step of a passkey in this session right now.',
  session_stopped: 'The session is stopped; POST /sessions/:sessionId/start starts it.',
  session_linked: 'Only a session that is logged out can be linked again; this one is not.',
  session_logged_out: 'The session is logged out for good; link the account again with GET /generate-qr.',
  callback_not_repeatable:
    'The callback is already settled, or is a QR that is no longer valid; POST /callbacks/replay repeats others.',
  callback_delivered: 'The callback is already delivered.',
  group_full: 'The group has as many people as WhatsApp allows.',
  message_not_suitable: 'This cannot be done with that message.',
  message_id_used: 'This session has a message with this id already.',
  too_many_scheduled_messages: 'As many messages of this session are scheduled as the server allows (1,000).',
  storage_not_encrypted: 'The storage is not encrypted: start the server with a MASTER_KEY.',
  storage_not_sqlite: 'The storage is PostgreSQL, which is backed up with its own tools: pg_dump, or an archive.',
  nodes_lack_master_key:
    'Some nodes do not know the new master key: start them with NEW_MASTER_KEY beside MASTER_KEY first.',
  wrong_master_key: "The new key was not sealed with the storage's current master key.",
  idempotency_in_progress: 'A request with this Idempotency-Key is still in progress.',
  draft_decided: 'Somebody has approved or discarded this draft.',
  too_many_drafts: 'As many drafts of this key wait for approval as the server keeps (100).',
  too_many_webhooks: 'There are as many webhooks as the server allows (50).',
  passkey_expired: 'WhatsApp no longer waits for the passkey; link the account again.',
  media_expired: 'WhatsApp no longer has the file, and the phone did not upload it again.',
  body_too_large: 'The request body is too large.',
  file_too_large: 'The file is larger than MAX_MEDIA_BYTES.',
  unsupported_media_type: 'The body must be JSON in UTF-8: send it with "Content-Type: application/json".',
  range_not_satisfiable: 'The file does not have the requested range.',
  idempotency_mismatch: 'This Idempotency-Key was already used for a different request.',
  message_type_not_shown: 'WhatsApp does not show templates from linked devices; send "buttons" or a "list" instead.',
  unsupported_media: 'WhatsApp does not show a file of this format as this type.',
  conversion_unavailable: 'This server has no ffmpeg, which is needed to convert the file.',
  media_too_large: 'The file is larger than MAX_MEDIA_BYTES allows.',
  url_not_reachable: 'The file could not be fetched from its URL.',
  message_refused: 'WhatsApp refused the message.',
  whatsapp_refused: 'WhatsApp refused the request.',
  pairing_refused: 'WhatsApp refused to link this number with a pairing code.',
  passkey_refused: 'WhatsApp did not accept the passkey.',
  rate_limited: 'WhatsApp is rate-limiting this account; try again later.',
  headers_too_large: 'The request headers are too large.',
  internal_error: 'Something went wrong on the server; its log has the details.',
  message_not_sent: 'The message could not be sent to this recipient; nobody received it.',
  media_not_uploaded: "WhatsApp's media host did not accept the file; nothing was sent.",
  media_not_fetched: 'The file could not be downloaded from WhatsApp.',
  owner_unreachable: 'The node that runs this session stopped answering; what it did of the request is unknown.',
  storage_unavailable: 'Storage is unavailable (is the disk full?). Nothing was saved; try again later.',
  media_store_unavailable: 'The store of media files does not answer; try again later.',
  overloaded: 'Too many callbacks are pending, or the disk is nearly full. Nothing new is accepted; try again later.',
  session_moving: 'The session is just moving to another node; try again.',
  starting: 'The server is starting.',
  shutting_down: 'The server is shutting down.',
  too_many_sessions: 'There are already as many sessions as MAX_SESSIONS allows.',
  too_many_pending_sessions: 'Too many sessions are waiting to be linked.',
  too_many_streams: 'Too many live event streams are open.',
  qr_timeout: 'WhatsApp provided no QR in time; try again.',
  whatsapp_timeout: 'WhatsApp did not answer in time; try again.',
} as const satisfies Record<string, string>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERRORS;

/** What is known of an error besides its code. */
interface AppErrorOptions {
  message?: string;
  cause?: unknown;
  retryAfterMs?: number;
  field?: string | undefined;
}

/** An error with a code. `message` is the sentence in {@link ERRORS} unless a more specific one is given. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** How long to wait before a retry can succeed (ms), where that is known. */
  readonly retryAfterMs: number | undefined;
  /** The field or parameter of the request that is wrong, as the caller spelled it: `contacts[0].phone`. */
  readonly field: string | undefined;
  override readonly name = 'AppError';

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? ERRORS[code], { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Nothing new is accepted: a storage or queue limit is reached. The message names the limit. */
export class OverloadedError extends AppError {
  constructor(message: string) {
    super('overloaded', { message });
  }
}

/** Thrown by every storage method while the disk is full or failing. Nothing of the operation was stored. */
export class StorageUnavailableError extends AppError {
  constructor(cause: unknown) {
    super('storage_unavailable', { cause });
  }
}

/** Thrown by every storage method that writes something of a session which this node does not own (any more). Nothing was stored. */
export class SessionLostError extends AppError {
  constructor(cause?: unknown) {
    super('session_moving', { cause, retryAfterMs: 1_000 });
  }
}
