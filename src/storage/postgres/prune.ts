import { type Database, NO_SESSION } from './database.ts';
import { type Fragment, sql, type Statement } from './sql.ts';

/** Some ten milliseconds of work. */
const ROWS_PER_PIECE = 500;

/** Makes the statements that remove up to so many rows of a store. */
export type Pruning = (limit: number) => Statement[];

/** Removes rows in pieces, each on its own, so that a million of them hold up nobody. Stops between two pieces when `signal` is aborted. */
export async function pruneInPieces(db: Database, stores: readonly Pruning[], signal?: AbortSignal): Promise<void> {
  for (const statement of stores.flatMap((pruning) => pruning(ROWS_PER_PIECE))) {
    let removed = ROWS_PER_PIECE;
    while (removed === ROWS_PER_PIECE && signal?.aborted !== true) {
      removed = await db.send(NO_SESSION, (transaction) => transaction.run(statement));
    }
  }
}

/**
 * Callbacks that were delivered, or found unwanted, before `beforeMs`. Until then their webhookIds are known, and an event that
 * WhatsApp repeats is not delivered again. Dead letters stay until somebody decides, and a callback without its sender's number
 * as long as that is awaited, as do `awaited` events.
 */
export function settledCallbacks(beforeMs: number, awaited: Fragment): Pruning {
  return (limit) =>
    ['delivered', 'unwanted'].map(
      (state) =>
        sql`DELETE FROM callbacks WHERE id IN (SELECT id FROM callbacks
              WHERE state = ${state} AND created_at_ms < ${beforeMs} AND settled_at_ms < ${beforeMs}
                AND NOT EXISTS (SELECT 1 FROM awaited_numbers WHERE told = webhook_id)
                AND NOT ${awaited}
              ORDER BY created_at_ms, id LIMIT ${limit})`,
    );
}

/** Removed sessions without callbacks to deliver, some time after they got their owner: it may be about to store one. */
export function ownerlessSessions(limit: number): Statement[] {
  return [
    sql`DELETE FROM ownership WHERE session_id IN (SELECT session_id FROM ownership
          WHERE changed_at < now() - interval '1 hour'
            AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.session_id = ownership.session_id)
            AND NOT EXISTS (SELECT 1 FROM callbacks
              WHERE callbacks.session_id = ownership.session_id AND callbacks.state = 'pending')
            AND NOT EXISTS (SELECT 1 FROM subscriptions CROSS JOIN sequences
              LEFT JOIN subscription_progress AS at
                ON at.subscription_id = subscriptions.subscription_id AND at.session_id = sequences.session_id
              WHERE sequences.session_id = ownership.session_id
                AND ((last_seq > COALESCE(seq, 0)
                    AND EXISTS (SELECT 1 FROM callbacks WHERE callbacks.session_id = sequences.session_id))
                  OR (last_further > COALESCE(further, 0)
                    AND EXISTS (SELECT 1 FROM further_events WHERE further_events.session_id = sequences.session_id))))
          LIMIT ${limit})`,
  ];
}

/** Browser tokens that no node has removed: that of their session went with it. */
export function endedTokens(limit: number): Statement[] {
  return [
    sql`DELETE FROM browser_tokens WHERE hash IN
          (SELECT hash FROM browser_tokens WHERE expires_at < now() - interval '1 hour' LIMIT ${limit})`,
  ];
}
