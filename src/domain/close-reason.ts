import type { Unreachable } from './unreachable.ts';

/**
 * Why a connection to WhatsApp was closed. `whatsapp/connection/close-reason.ts` derives the reason from Baileys' codes, and has the
 * details about them; `sessions/state/reconnect.ts` decides what happens next.
 */
export type CloseReason =
  /** Closed by us on request. */
  | { kind: 'asked' }
  /** The server requires a new connection, as it always does after pairing (515). */
  | { kind: 'restart-required' }
  /** WhatsApp is overloaded (503). */
  | { kind: 'unavailable' }
  /**
   * Network failures, server errors, silence, unknown codes: may recover (428, 408, 500, 501, 516, none). With `unreachable`, there
   * was no connection, and `detail` is a whole sentence.
   */
  | { kind: 'connection-lost'; detail: string; unreachable?: Unreachable }
  /** The proxy of the session is away, or refuses. */
  | { kind: 'proxy-failed'; detail: string; unreachable: 'proxy' }
  /** Open but unusable: a watchdog closed it, or Baileys threw an uncaught exception. */
  | { kind: 'broken'; detail: string }
  /** Closed by us because received data could not be stored. */
  | { kind: 'storage-failed' }
  /** Closed by us because the limit of pending callbacks or of disk space is reached. */
  | { kind: 'held-back'; detail: string }
  /** Closed by us as a precaution: nothing was received for so long that it might be dead. */
  | { kind: 'silent' }
  /** None of the offered QRs was scanned (a 408 of its own kind). */
  | { kind: 'qr-exhausted' }
  /** WhatsApp refused the pairing code; `code` is its own error code. */
  | { kind: 'code-refused'; code: string }
  /** A pairing code that was shown can no longer be used. */
  | { kind: 'code-void'; detail: string }
  /** WhatsApp wanted a passkey to link the device, and that failed; `isLate` when nobody completed it in time. */
  | { kind: 'passkey-failed'; detail: string; isLate: boolean }
  /** The pairing failed: an invalid signature, or a login before it was complete (500, 401). */
  | { kind: 'pairing-failed'; detail: string }
  /** Unlinked on the phone, or logged out (401). */
  | { kind: 'logged-out' }
  /** Another connection with the same credentials took over (440). */
  | { kind: 'replaced' }
  /** A temporary ban (402); `expiresInSeconds` if WhatsApp announced it. */
  | { kind: 'temporarily-banned'; expiresInSeconds: number | null }
  /** The account is banned, locked or unknown (403, 406). */
  | { kind: 'forbidden'; code: number }
  /**
   * WhatsApp does not accept this client version (405). `next`: there is a `newer` one to try, `none` is known, or the operator
   * set the refused version (`pinned`).
   */
  | { kind: 'client-outdated'; next: 'newer' | 'none' | 'pinned' }
  /** The phone does not support multi-device (411). */
  | { kind: 'multi-device-missing' }
  /** The server does not behave like WhatsApp, or does not accept this client (400, 409, 413-418). */
  | { kind: 'refused'; code: number };
