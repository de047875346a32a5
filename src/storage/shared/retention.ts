/**
 * How long messages are remembered, in ms: to be answered, forwarded, downloaded or voted on, and to be sent again when a
 * recipient asks. WhatsApp itself keeps undelivered messages for two weeks.
 */
export const MESSAGE_RETENTION_MS = 14 * 24 * 3600_000;

/** How long a handled message is still recognized when WhatsApp, lacking its receipt, delivers it again, in ms. */
export const REDELIVERY_WINDOW_MS = 24 * 3600_000;
/** How long a name is kept after it was last learned: a year. */
export const NAME_RETENTION_MS = 365 * 24 * 3_600_000;

/** A day in ms. */
export const DAY_MS = 24 * 3_600_000;

/** How long an answer is repeated under its `Idempotency-Key`, in ms: a day. */
export const ANSWER_RETENTION_MS = 24 * 3600_000;

/** How long it is known on which days WhatsApp refused messages, in ms: eight weeks. */
export const REFUSAL_RETENTION_MS = 56 * 24 * 3600_000;

/** The number of notes that are kept in the timeline of each session. */
export const MAX_NOTES = 200;
