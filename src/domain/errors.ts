/**
 * Every failure that a caller can see: its code is stable, its status and its sentence are for
 * machines and people in turn. docs/errors.md is held against this table by a test, both ways.
 */
export const ERRORS = {
  malformed_request: { status: 400, message: 'This is not a valid HTTP request.' },
  invalid_json: { status: 400, message: 'The body is not valid JSON.' },
  invalid_body: { status: 400, message: 'The body does not have the form that this request needs.' },
  invalid_query: { status: 400, message: 'A parameter of the address does not have the form that it needs.' },
  invalid_number: {
    status: 400,
    message: 'The number is not a phone number with country code, nor a WhatsApp address.',
  },
  invalid_message: { status: 400, message: 'The message must be a text of 1 to 65,536 characters.' },
  invalid_file: {
    status: 400,
    message: 'The file must be an upload named "file", {"base64": "…"} or {"url": "…"}, and must not be empty.',
  },
  url_not_allowed: {
    status: 400,
    message: 'Files are fetched by http or https, without a user in the URL, and from public addresses only.',
  },
  invalid_idempotency_key: { status: 400, message: 'An Idempotency-Key is 1 to 255 printable characters.' },
  unauthorized: { status: 401, message: 'An API key is needed: send it as "Authorization: Bearer <key>".' },
  account_restricted: { status: 403, message: 'WhatsApp restricts this account from writing to this recipient.' },
  not_permitted: { status: 403, message: 'This key may not do that.' },
  messages_not_kept: { status: 403, message: 'Messages are remembered and shown only with DASHBOARD_MESSAGES=true.' },
  not_allowed: { status: 403, message: 'WhatsApp does not let this account do that.' },
  not_found: { status: 404, message: 'There is nothing at this path; /docs says what there is.' },
  session_not_found: { status: 404, message: 'There is no session with this id.' },
  message_not_found: {
    status: 404,
    message: 'There is no message with this id in this session, or it is older than two weeks.',
  },
  media_not_available: { status: 404, message: 'This message has no file that can be fetched.' },
  callback_not_found: { status: 404, message: 'There is no callback with this id.' },
  key_not_found: { status: 404, message: 'There is no key with this id.' },
  group_not_found: { status: 404, message: 'There is no group with this id that this account is in.' },
  picture_not_found: { status: 404, message: 'There is no profile picture that this account may see.' },
  number_not_on_whatsapp: { status: 404, message: 'This number has no WhatsApp account.' },
  method_not_allowed: { status: 405, message: 'This path does not take this method.' },
  request_timeout: { status: 408, message: 'The request did not arrive in time.' },
  session_not_connected: { status: 409, message: 'The session is not connected to WhatsApp.' },
  session_not_pairing: { status: 409, message: 'The session offers no QR now.' },
  session_logged_out: {
    status: 409,
    message: 'The session is logged out for good; connect the account again with GET /generate-qr.',
  },
  callback_not_repeatable: {
    status: 409,
    message:
      'The callback was settled already, or is a QR that no longer counts; POST /callbacks/replay repeats others.',
  },
  message_not_suitable: { status: 409, message: 'This cannot be done with that message.' },
  storage_not_encrypted: { status: 409, message: 'The storage is not encrypted: start the server with a MASTER_KEY.' },
  wrong_master_key: {
    status: 409,
    message: 'The new key was not sealed with the master key that the storage has now.',
  },
  idempotency_in_progress: { status: 409, message: 'A request with this Idempotency-Key is still being answered.' },
  media_expired: { status: 410, message: 'WhatsApp has the file no more, and the phone did not hand it in again.' },
  body_too_large: { status: 413, message: 'The body is too large.' },
  file_too_large: { status: 413, message: 'The file is larger than MAX_MEDIA_BYTES.' },
  unsupported_media_type: {
    status: 415,
    message: 'The body must be JSON in UTF-8: send it with "Content-Type: application/json".',
  },
  range_not_satisfiable: { status: 416, message: 'The file has no such part.' },
  idempotency_mismatch: { status: 422, message: 'This Idempotency-Key was used for another request.' },
  message_type_not_shown: {
    status: 422,
    message: 'WhatsApp does not show buttons and lists that a linked device sends; send a text or a poll instead.',
  },
  unsupported_media: { status: 422, message: 'WhatsApp does not show a file of this format as this type.' },
  media_too_large: { status: 422, message: 'The file is larger than MAX_MEDIA_BYTES allows.' },
  url_not_reachable: { status: 422, message: 'The file could not be fetched from its URL.' },
  message_refused: { status: 422, message: 'WhatsApp refused the message.' },
  whatsapp_refused: { status: 422, message: 'WhatsApp refused the request.' },
  pairing_refused: { status: 422, message: 'WhatsApp refused to link this number by a code.' },
  rate_limited: { status: 429, message: 'WhatsApp takes no more messages for now; try again later.' },
  headers_too_large: { status: 431, message: 'The headers of the request are too large.' },
  internal_error: { status: 500, message: 'Something failed on our side; the log has the details.' },
  message_not_sent: {
    status: 502,
    message: 'The message could not be handed to WhatsApp for this recipient; nobody got it.',
  },
  media_not_uploaded: { status: 502, message: "WhatsApp's media host did not take the file; nothing was sent." },
  media_not_fetched: { status: 502, message: 'The file could not be fetched from WhatsApp.' },
  storage_unavailable: {
    status: 503,
    message: 'The storage takes nothing now (is the disk full?); nothing was done. Try again later.',
  },
  overloaded: {
    status: 503,
    message: 'Too many callbacks wait, or the disk is nearly full: nothing new is begun. Try again later.',
  },
  starting: { status: 503, message: 'The server is starting.' },
  shutting_down: { status: 503, message: 'The server is shutting down.' },
  too_many_sessions: { status: 503, message: 'There are as many sessions as MAX_SESSIONS allows.' },
  too_many_pending_sessions: { status: 503, message: 'Too many QR codes are waiting to be scanned.' },
  too_many_streams: { status: 503, message: 'Too many streams of live events are open.' },
  qr_timeout: { status: 504, message: 'WhatsApp gave no QR in time; try again.' },
  whatsapp_timeout: { status: 504, message: 'WhatsApp did not answer in time; try again.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** A stable error code of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** A failure with a name. `message` is the table's sentence unless a better one is given. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** After how many ms another try can succeed, where that is known. */
  readonly retryAfterMs: number | undefined;
  override readonly name = 'AppError';

  constructor(code: ErrorCode, options: { message?: string; cause?: unknown; retryAfterMs?: number } = {}) {
    super(options.message ?? ERRORS[code].message, { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The HTTP status that this failure is answered with. */
  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Nothing new may begin: a bound of what can be kept is reached. The message says which. */
export class OverloadedError extends AppError {
  constructor(message: string) {
    super('overloaded', { message });
  }
}

/** Thrown by every method of the storage while the disk is full or fails. Nothing of what was asked for was stored. */
export class StorageUnavailableError extends AppError {
  constructor(cause: unknown) {
    super('storage_unavailable', { cause });
  }
}
