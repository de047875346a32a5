/** The entries of a session's timeline, and what each means. */
export const TIMELINE = {
  created: 'The session was created.',
  qr_offered: 'A QR code is ready to scan; renewals are not recorded.',
  code_offered: 'A pairing code is ready to enter on the phone.',
  passkey_wanted: 'WhatsApp wants a passkey before it links the device.',
  passkey_answered: 'WhatsApp accepted the passkey; the phone follows.',
  passkey_code: 'The phone shows a code, which a person has to compare.',
  passkey_confirmed: 'A person confirmed that the phone shows the same code.',
  passkey_failed: 'The linking with a passkey ended without a device; `why` has the reason, and a new code follows.',
  paired: 'The code was scanned or entered; the first login follows.',
  connected: 'Logged in and receiving messages.',
  line_lost: 'The connection was lost and is being restored; the status changes only if that takes longer than 10 s.',
  disconnected: 'The connection was not restored within 10 s, and the backend was notified.',
  repaired: 'The connection was restored; `why` says what had gone wrong.',
  trouble: 'Something went wrong on the connection, which stays open.',
  damaged: 'A stored value could not be read and was set aside; `why` names it, and everything else goes on.',
  relinked: 'The account was linked again: the session goes on with the new device.',
  announcement_refused:
    'The backend refused to add the account again, which it still had, and received a status update instead.',
  restricted: 'WhatsApp temporarily does not let the account start conversations; existing ones are not affected.',
  identity_changed: 'A contact registered WhatsApp anew; `why` names the contact. At most ten an hour are recorded.',
  restart_requested: 'A restart was requested.',
  stopped: 'The session was stopped on request; the device stays linked.',
  started: 'The session was started again on request.',
  relink_requested: 'A new QR was requested, to link the account to this session again.',
  ban_over: 'A temporary ban has ended; the session reconnects.',
  starting_over: 'The credentials were unusable and were deleted; a new code follows.',
  closed: 'The session has ended; the account needs a new one.',
  failed: 'The session has stopped until a person acts.',
} as const;

/** A key of {@link TIMELINE}. */
export type TimelineWord = keyof typeof TIMELINE;

/** An event in the life of a session, for operators. */
export interface TimelineNote {
  atMs: number;
  what: TimelineWord;
  /** The reason in a sentence; `null` when there is none. */
  why: string | null;
}
