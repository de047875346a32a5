import type { SessionId } from '../../../domain/session-id.ts';
import type { SignalKeyName } from '../../../ports/signal.ts';
import type { Batch, Statements } from '../batch.ts';
import { given } from '../given.ts';
import { sql } from '../sql.ts';

/** A key with its sealed value; `null` removes it. */
export interface SealedChange extends SignalKeyName {
  sessionId: SessionId;
  value: Buffer | null;
}

/**
 * One statement for all that is written, and one for all that is removed: a pairing stores some eight hundred pre-keys. The last
 * change of a key counts.
 */
export const KEY_CHANGES: Batch<readonly SealedChange[]> = {
  async store(transaction, rows) {
    const last = new Map(rows.flat().map((change) => [nameOf(change), change]));
    const written = [...last.values()].filter(({ value }) => value !== null);
    const removed = [...last.values()].filter(({ value }) => value === null);
    await Promise.all([
      written.length > 0 && upsert(transaction, written),
      removed.length > 0 && remove(transaction, removed),
    ]);
    return [];
  },
};

function nameOf({ sessionId, type, id }: SealedChange): string {
  return JSON.stringify([sessionId, type, id]);
}

function upsert(transaction: Statements, keys: readonly SealedChange[]): Promise<number> {
  return transaction.run(
    sql`INSERT INTO signal_keys (session_id, type, id, value)
        SELECT * FROM ${given({ ...named(keys), value: ['bytea', keys.map(({ value }) => value)] })}
        ON CONFLICT (session_id, type, id) DO UPDATE SET value = excluded.value`,
  );
}

function remove(transaction: Statements, keys: readonly SealedChange[]): Promise<number> {
  return transaction.run(
    sql`DELETE FROM signal_keys USING ${given(named(keys))}
        WHERE signal_keys.session_id = given.session_id AND signal_keys.type = given.type AND signal_keys.id = given.id`,
  );
}

/** The columns of their primary keys. */
function named(keys: readonly SealedChange[]) {
  return {
    session_id: ['text', keys.map(({ sessionId }) => sessionId)],
    type: ['text', keys.map(({ type }) => type)],
    id: ['text', keys.map(({ id }) => id)],
  } as const;
}
