/**
 * `cluster.home` is where the database was last in use: see `restored.ts`. No callback waits for one of another session any more, and the
 * index for that goes with its column.
 */
export const home = `
ALTER TABLE cluster ADD COLUMN home text;
ALTER TABLE callbacks DROP COLUMN after_webhook_id;
`;
