/** `callbacks.maybe_seen` is 1 for a QR with an attempt of unknown outcome: the backend may have it, under its number. */
export const maybeSeenQrs = `
ALTER TABLE callbacks ADD COLUMN maybe_seen INTEGER NOT NULL DEFAULT 0;
`;
