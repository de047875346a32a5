/** What can be written into a session's timeline, and what each word means. */
export const TIMELINE = {
  created: 'The session was made.',
  qr_offered: 'WhatsApp gave a code to scan; renewed ones are not noted again.',
  code_offered: 'WhatsApp took a code to type into the phone.',
  paired: 'Somebody scanned or typed the code; the first login follows.',
  connected: 'Logged in and receiving.',
  line_lost: 'The line is gone and is being repaired; within 10 s nobody outside sees it.',
  disconnected: 'The line stayed away for 10 s, and the backend was told.',
  repaired: 'The line is back; `why` says what had been wrong.',
  trouble: 'Something went wrong on the line, which goes on.',
  restricted: 'WhatsApp lets the account begin no conversations for a while; those that there are go on.',
  restart_requested: 'A person asked for a new line.',
  ban_over: 'The time of a temporary ban is over; the line is opened again.',
  starting_over: 'The credentials were of no use and are forgotten; a new code follows.',
  closed: 'Over: a new session is needed.',
  failed: 'Over until a person acts.',
} as const;

/** A word of {@link TIMELINE}. */
export type TimelineWord = keyof typeof TIMELINE;

/** Something that happened to a session, for the people who look after it. */
export interface TimelineNote {
  atMs: number;
  what: TimelineWord;
  /** The reason in a sentence; `null` where there is nothing to say. */
  why: string | null;
}
