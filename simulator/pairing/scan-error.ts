/** Why a scan did not link a device, each with its HTTP status: 404 when there never was such a QR, 410 when it is over. */
const SCAN_REASONS = {
  /** The text is no QR of a client. */
  not_a_qr: 404,
  /** No connection was given this ref. */
  unknown_ref: 404,
  /** The QR does not show the keys of the connection that was given its ref. */
  foreign_keys: 410,
  /** The ref was shown for its time. */
  expired: 410,
  /** The ref has been scanned before. */
  used: 410,
  /** The connection that showed it is closed. */
  gone: 410,
  /** The server asked for a new adv secret, and the client has not confirmed that. */
  refresh_pending: 410,
  /** The client closed the connection instead of signing. */
  refused: 410,
  /** The client's signature is not its own. */
  bad_signature: 410,
  /** The client did not sign in time. */
  no_answer: 410,
} as const;

/** One of the reasons above. */
export type ScanReason = keyof typeof SCAN_REASONS;

/** A scan that did not link a device. */
export class ScanError extends Error {
  readonly status: 404 | 410;
  readonly reason: ScanReason;

  constructor(reason: ScanReason) {
    super(`The scan linked no device: ${reason.replaceAll('_', ' ')}.`);
    this.name = 'ScanError';
    this.status = SCAN_REASONS[reason];
    this.reason = reason;
  }
}
