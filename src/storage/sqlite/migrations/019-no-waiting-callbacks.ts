/** No callback waits for one of another session any more. */
export const noWaitingCallbacks = `
DROP INDEX callbacks_waiting;
ALTER TABLE callbacks DROP COLUMN after_webhook_id;
`;
