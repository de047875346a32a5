import type { SessionId } from '../../../domain/session-id.ts';
import type { PendingCallback } from '../../../ports/callbacks.ts';
import type { Batch } from '../batch.ts';
import { given } from '../given.ts';
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
}

/** The oldest pending callback of each of these sessions, without those whose delivery is about to be recorded. */
export function oldestPending(sessionIds: readonly SessionId[], unrecorded: readonly number[]): Statement {
  return sql`SELECT oldest.* FROM ${given({ asked_id: ['text', sessionIds] })}, LATERAL (
      SELECT id, webhook_id AS "webhookId", session_id AS "sessionId", seq, kind, body,
        created_at_ms AS "createdAtMs", attempts, first_failed_at_ms AS "firstFailedAtMs",
        hold_until_ms AS "holdUntilMs", instead_webhook_id AS "insteadId"
      FROM callbacks
      WHERE session_id = asked_id AND state = 'pending' AND id <> ALL(${unrecorded}::bigint[])
      ORDER BY seq LIMIT 1) AS oldest`;
}

/** Settles callbacks. */
export const SETTLEMENTS: Batch<Settlement, undefined> = {
  async store(transaction, settled) {
    const all = <Key extends keyof Settlement>(key: Key) => settled.map((each) => each[key]);
    const rows = given({
      id: ['bigint', all('id')],
      webhook_id: ['text', all('webhookId')],
      state: ['text', all('state')],
      error: ['text', all('error')],
      at_ms: ['bigint', all('atMs')],
    });
    await transaction.run(
      sql`UPDATE callbacks SET state = given.state, settled_at_ms = given.at_ms,
            last_error = COALESCE(given.error, last_error)
          FROM ${rows}
          WHERE callbacks.id = given.id AND callbacks.webhook_id = given.webhook_id AND callbacks.state = 'pending'`,
    );
    return settled.map(() => undefined);
  },
  mustFollow: (earlier, { id }) => earlier.some((other) => other.id === id),
};

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
