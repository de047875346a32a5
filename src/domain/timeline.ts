/** The words of a session's timeline with their meanings. */
export const TIMELINE = {
  created: 'The session was created.',
  qr_offered: 'WhatsApp provided a QR; renewed ones are not noted again.',
  code_offered: 'WhatsApp accepted a pairing code.',
  paired: 'The QR was scanned or the code typed; the first login follows.',
  connected: 'Logged in and receiving.',
  line_lost:
    'The connection is lost and is being re-established; outages of less than 10 s are not reported elsewhere.',
  disconnected: 'The connection was lost for 10 s, and the backend was notified.',
  repaired: 'The connection is back; `why` is the reason for the outage.',
  trouble: 'Something went wrong on the connection, which stays open.',
  restricted: 'WhatsApp forbids the account to start conversations for a while; existing ones continue.',
  restart_requested: 'A restart was requested.',
  ban_over: 'A temporary ban has ended; the session reconnects.',
  starting_over: 'The credentials were invalid and are deleted; a new QR follows.',
  closed: 'Over: a new session is needed.',
  failed: 'Over until a person acts.',
} as const;

/** One of {@link TIMELINE}. */
export type TimelineWord = keyof typeof TIMELINE;

/** An entry of a session's timeline, for its operators. */
export interface TimelineNote {
  atMs: number;
  what: TimelineWord;
  /** The reason as a sentence; `null` if there is none. */
  why: string | null;
}
