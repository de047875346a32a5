/** No callback waits for one of another session any more. The index goes with its column. */
export const noWaitingCallbacks = `
ALTER TABLE callbacks DROP COLUMN after_webhook_id;
`;
