/** Why no device was linked, each with its HTTP status: 404 when there was nothing to link, 410 when it is over. */
const PAIRING_FAILURES = {
  /** The text is no QR of a client. */
  not_a_qr: 404,
  /** No connection was given this ref. */
  unknown_ref: 404,
  /** No client waits for a code from this number. */
  nobody_waits: 404,
  /** The client does not show, or have, the keys of the connection that it came by. */
  foreign_keys: 410,
  /** The ref was shown for its time. */
  expired: 410,
  /** It has been scanned before, or its code was typed. */
  used: 410,
  /** The connection that showed it is closed. */
  gone: 410,
  /** The server asked for a new adv secret, and the client has not confirmed that. */
  refresh_pending: 410,
  /** What was typed is not the code that the client showed; it can be typed again. */
  wrong_code: 410,
  /** The client was told to show another code. */
  new_code_needed: 410,
  /** The client closed the connection instead of signing. */
  refused: 410,
  /** The client's signature is not its own. */
  bad_signature: 410,
  /** The client did not answer in time. */
  no_answer: 410,
} as const;

/** One of the reasons above. */
export type PairingFailure = keyof typeof PAIRING_FAILURES;

/** A scan, or a code that was typed, which did not link a device. */
export class PairingError extends Error {
  readonly status: 404 | 410;
  readonly reason: PairingFailure;

  constructor(reason: PairingFailure) {
    super(`No device was linked: ${reason.replaceAll('_', ' ')}.`);
    this.name = 'PairingError';
    this.status = PAIRING_FAILURES[reason];
    this.reason = reason;
  }
}
