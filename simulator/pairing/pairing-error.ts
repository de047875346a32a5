/** Why no device was linked, with the HTTP status: 404 when there is nothing to link, 410 when it is too late. */
const PAIRING_FAILURES = {
  /** The text is not the QR of a client. */
  not_a_qr: 404,
  /** This ref was never handed out. */
  unknown_ref: 404,
  /** No client shows a code for this number. */
  nobody_waits: 404,
  /** The keys in the QR, or in the client's answer, are not those of its connection. */
  foreign_keys: 410,
  /** The time of this ref is over. */
  expired: 410,
  /** The QR was already scanned, or the code already typed. */
  used: 410,
  /** The connection of the client is closed. */
  gone: 410,
  /** The server asked for a new adv secret, and the client has not confirmed it yet. */
  refresh_pending: 410,
  /** The typed code is not the one that the client shows; another attempt is possible. */
  wrong_code: 410,
  /** The client was asked to show another code. */
  new_code_needed: 410,
  /** The client closed the connection instead of signing. */
  refused: 410,
  /** The client's signature is invalid. */
  bad_signature: 410,
  /** The client did not answer in time. */
  no_answer: 410,
  /** Nobody answered with a passkey in time. */
  passkey_late: 410,
  /** The person at the phone saw another code than at the client. */
  other_code: 410,
  /** The client revealed another nonce than it had committed itself to. */
  wrong_commitment: 410,
} as const;

/** The name of a reason, as the control server returns it. */
export type PairingFailure = keyof typeof PAIRING_FAILURES;

/** A scan or a typed code that did not link a device. */
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
