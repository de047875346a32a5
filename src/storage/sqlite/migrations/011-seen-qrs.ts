/** `callbacks.maybe_seen` is 1 for a QR with a try whose end is not known: the backend may have it, under its number. */
export const seenQrs = `
ALTER TABLE callbacks ADD COLUMN maybe_seen INTEGER NOT NULL DEFAULT 0;
`;
