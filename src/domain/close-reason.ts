/**
 * Why a line to WhatsApp was lost, in our words. `whatsapp/disconnect.ts` makes them from Baileys' codes
 * (field knowledge of the codes is there); `sessions/reconnect.ts` decides what follows.
 */
export type CloseReason =
  /** We closed it ourselves. */
  | { kind: 'asked' }
  /** The server asked for a new connection, always after a pairing (515). */
  | { kind: 'restart-required' }
  /** WhatsApp has too much to do and wants to be left alone for a while (503). */
  | { kind: 'unavailable' }
  /** Network, server trouble, silence, a code that nobody knows: it may come back (428, 408, 500, 501, 516, none). */
  | { kind: 'connection-lost'; detail: string }
  /** It was open and of no use: a watchdog gave it up, or Baileys threw where nobody catches it. */
  | { kind: 'broken'; detail: string }
  /** We cut it, since what it brought could not be stored. */
  | { kind: 'storage-failed' }
  /** We closed it, since what may wait for the backend, or lie on the disk, has reached its bound. */
  | { kind: 'held-back'; detail: string }
  /** We closed it, since nothing had come for so long that it might be deaf. */
  | { kind: 'silent' }
  /** Nobody scanned any of the codes of this offer (408 of its own kind). */
  | { kind: 'qr-exhausted' }
  /** WhatsApp refused to take a code to be typed; `code` is its own error code. */
  | { kind: 'code-refused'; code: string }
  /** A code that was shown can link nobody any more. */
  | { kind: 'code-void'; detail: string }
  /** The pairing was wrong: a bad signature, or a login before it was done (500, 401). */
  | { kind: 'pairing-failed'; detail: string }
  /** Unlinked on the phone, or logged out (401). */
  | { kind: 'logged-out' }
  /** Another connection with the same credentials took over (440). */
  | { kind: 'replaced' }
  /** A temporary ban (402); `expiresInSeconds` when WhatsApp says it. */
  | { kind: 'temporarily-banned'; expiresInSeconds: number | null }
  /** The account is banned, locked or unknown (403, 406). */
  | { kind: 'forbidden'; code: number }
  /**
   * WhatsApp takes no client of this version (405). `next` says whether there is a `newer` one to try; `none` is known,
   * or the operator set the one that was refused (`pinned`).
   */
  | { kind: 'client-outdated'; next: 'newer' | 'none' | 'pinned' }
  /** The phone does not take part in multi-device (411). */
  | { kind: 'multi-device-missing' }
  /** The other end is not the WhatsApp that we know, or does not take us as a client (400, 409, 413-418). */
  | { kind: 'refused'; code: number };
