/** How often WhatsApp refused messages of a session for one reason on one day. */
export interface DailyRefusals {
  /** When the day began, in UTC (Unix ms). */
  dayMs: number;
  /** WhatsApp's code: `463` for new conversations, `429` for too many messages, `479` for a malformed or wrongly addressed one. */
  code: string;
  count: number;
  /** When the last one came (Unix ms). */
  lastAtMs: number;
}

/** The conversations that a session began, as far as it is known whether they were answered. */
export interface Answers {
  begun: number;
  answered: number;
}

/** The beginning of the day (UTC) of a moment (Unix ms). */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS;
}

const DAY_MS = 24 * 3_600_000;
