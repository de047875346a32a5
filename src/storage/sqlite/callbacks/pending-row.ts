import type { PendingCallback } from '../../../ports/callbacks.ts';

/** A pending row, with what may make it wait. */
export interface PendingRow extends PendingCallback {
  holdUntilMs: number | null;
  insteadId: string | null;
}

/** Reads {@link PendingRow}s. */
export const PENDING_ROW = `SELECT id, webhook_id AS webhookId, session_id AS sessionId, seq, kind, body, created_at_ms AS createdAtMs,
    attempts, first_failed_at_ms AS firstFailedAtMs, hold_until_ms AS holdUntilMs, instead_webhook_id AS insteadId
  FROM callbacks`;

/** Whether nothing but its delivery is expected to change it. */
export function isPlain({ kind, holdUntilMs, insteadId }: PendingRow): boolean {
  return kind !== 'qr-update' && holdUntilMs === null && insteadId === null;
}

/** The callback of a row; its body is still sealed. */
export function pendingCallback(row: PendingRow): PendingCallback {
  const { id, webhookId, sessionId, seq, kind, body, createdAtMs, attempts, firstFailedAtMs, insteadId } = row;
  const callback = { id, webhookId, sessionId, seq, kind, body, createdAtMs, attempts, firstFailedAtMs };
  return insteadId === null ? callback : { ...callback, hasSubstitute: true };
}
