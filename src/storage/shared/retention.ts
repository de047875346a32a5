/**
 * How long messages are known, in ms: to be answered, forwarded, downloaded or voted on, and sent again when a recipient asks.
 * WhatsApp itself keeps what waits for a device for two weeks.
 */
export const MESSAGE_RETENTION_MS = 14 * 24 * 3600_000;
