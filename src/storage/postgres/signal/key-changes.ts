import type { SessionId } from '../../../domain/session-id.ts';
import type { SignalKeyName } from '../../../ports/signal.ts';
import type { Batch, Statements } from '../batch.ts';
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
  const all = <Key extends keyof SealedChange>(key: Key) => keys.map((change) => change[key]);
  return transaction.run(
    sql`INSERT INTO signal_keys (session_id, type, id, value)
        SELECT * FROM unnest(${all('sessionId')}::text[], ${all('type')}::text[], ${all('id')}::text[],
          ${all('value')}::bytea[])
        ON CONFLICT (session_id, type, id) DO UPDATE SET value = excluded.value`,
  );
}

function remove(transaction: Statements, keys: readonly SealedChange[]): Promise<number> {
  const all = (key: 'sessionId' | 'type' | 'id') => keys.map((change) => change[key]);
  return transaction.run(
    sql`DELETE FROM signal_keys USING unnest(${all('sessionId')}::text[], ${all('type')}::text[],
          ${all('id')}::text[]) AS gone (session_id, type, id)
        WHERE signal_keys.session_id = gone.session_id AND signal_keys.type = gone.type AND signal_keys.id = gone.id`,
  );
}
