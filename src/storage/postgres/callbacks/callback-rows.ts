import { type SessionId } from '../../../domain/session-id.ts';
import { type PendingCallback } from '../../../ports/callbacks.ts';
import { sql, type Statement } from '../sql.ts';

/** The final state of a callback. */
export interface Settlement {
  id: number;
  webhookId: string;
  state: 'delivered' | 'dead' | 'unwanted';
  error: string | null;
  atMs: number;
}

/** A pending row, with what may make it wait. */
export interface PendingRow extends Omit<PendingCallback, 'body'> {
  body: Buffer;
  holdUntilMs: number | null;
  insteadId: string | null;
  /** Whether the callback that must be delivered before it is pending. */
  waits: boolean;
}

/** The oldest pending callback of a session, without those whose delivery is about to be recorded. */
export function oldestPending(sessionId: SessionId, unrecorded: readonly number[]): Statement {
  return sql`SELECT id, webhook_id AS "webhookId", session_id AS "sessionId", seq, kind, body,
      created_at_ms AS "createdAtMs", attempts, first_failed_at_ms AS "firstFailedAtMs",
      hold_until_ms AS "holdUntilMs", instead_webhook_id AS "insteadId",
      EXISTS (SELECT 1 FROM callbacks AS earlier
        WHERE earlier.webhook_id = callbacks.after_webhook_id AND earlier.state = 'pending') AS waits
    FROM callbacks WHERE session_id = ${sessionId} AND state = 'pending' AND id <> ALL(${unrecorded}::bigint[])
    ORDER BY seq LIMIT 1`;
}

/** Settles a callback; its rows are the sessions that waited for it. */
export function settlement({ id, webhookId, state, error, atMs }: Settlement): Statement {
  return sql`WITH settled AS (
      UPDATE callbacks SET state = ${state}, settled_at_ms = ${atMs}, last_error = COALESCE(${error}, last_error)
      WHERE id = ${id} AND webhook_id = ${webhookId} AND state = 'pending' RETURNING webhook_id
    )
    SELECT DISTINCT callbacks.session_id AS "sessionId" FROM callbacks
    JOIN settled ON callbacks.after_webhook_id = settled.webhook_id WHERE callbacks.state = 'pending'`;
}

/** Counts a failed attempt. */
export function failure({ id, webhookId }: PendingCallback, error: string, atMs: number): Statement {
  return sql`UPDATE callbacks SET attempts = attempts + 1, last_error = ${error},
      first_failed_at_ms = COALESCE(first_failed_at_ms, ${atMs})
    WHERE id = ${id} AND webhook_id = ${webhookId} AND state = 'pending'`;
}

/** Replaces a callback by its substitute. */
export function substitution({ id, webhookId }: PendingCallback): Statement {
  return sql`UPDATE callbacks SET webhook_id = instead_webhook_id, kind = instead_kind, body = instead_body,
      instead_webhook_id = NULL, instead_kind = NULL, instead_body = NULL,
      attempts = 0, first_failed_at_ms = NULL, last_error = NULL
    WHERE id = ${id} AND webhook_id = ${webhookId} AND state = 'pending' AND instead_webhook_id IS NOT NULL`;
}
