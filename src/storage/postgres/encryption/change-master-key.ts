import { AppError } from '../../../domain/errors.ts';
import type { NodeRun } from '../../../ports/ownership.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { seal } from '../../shared/encryption/cipher.ts';
import { nameOfDataKey } from '../../shared/encryption/master-key.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import type { KeyRing, MasterKeyChange } from './key-ring.ts';
import type { WrappedKey } from './vault.ts';

/**
 * Wraps all data keys with the next master key, in one transaction: all of them or none. Returns their number. Whoever stores a new data
 * key, or joins the cluster, locks the common one, and sees who wraps it: it waits for the end of this transaction, or this one for it.
 * @throws AppError `wrong_master_key`, `nodes_lack_master_key`
 */
export async function changeMasterKey(
  transaction: Transaction,
  ring: KeyRing,
  change: MasterKeyChange,
  run: NodeRun | undefined,
): Promise<number> {
  const { from, next, to } = change;
  const common = await transaction.row<{ by: string | null }>(
    sql`SELECT wrapped_by AS by FROM data_keys WHERE session_id = ${COMMON} FOR UPDATE`,
  );
  const isDone = common?.by === to && (from === to || change.isRepeated);
  if (common?.by !== from && !isDone) throw new AppError('wrong_master_key');
  if (run) await requireKnown(transaction, to, run);
  ring.add(to, next);
  const rows = await transaction.rows<WrappedKey>(
    sql`SELECT session_id AS owner, wrapped, wrapped_by AS by FROM data_keys`,
  );
  const wrapped = rows.map((row) => seal(next, nameOfDataKey(row.owner), dataKeyOf(ring, row)));
  const owners = rows.map(({ owner }) => owner);
  void transaction.run(
    sql`UPDATE data_keys SET wrapped = again, wrapped_by = ${to}
        FROM unnest(${owners}::text[], ${wrapped}::bytea[]) AS it (owner, again) WHERE session_id = owner`,
  );
  const known = [...new Set([to, from])];
  if (run) {
    void transaction.run(
      sql`UPDATE nodes SET master_keys = ${known} WHERE node_id = ${run.nodeId} AND incarnation = ${run.incarnation}`,
    );
  }
  change.isRepeated = true;
  transaction.afterCommit(() => ring.keep(known));
  return rows.length;
}

/** A node that does not know the next key could read no data key that is wrapped by it. */
async function requireKnown(transaction: Transaction, id: string, { nodeId, incarnation }: NodeRun): Promise<void> {
  const without = await transaction.rows<{ name: string }>(
    sql`SELECT node_id AS name FROM nodes
        WHERE NOT dead AND NOT (node_id = ${nodeId} AND incarnation = ${incarnation}) AND ${id} <> ALL (master_keys)
        ORDER BY node_id`,
  );
  if (without.length === 0) return;
  const names = without.map(({ name }) => name).join(', ');
  const message = `These nodes do not know the new master key: ${names}. Start them with NEW_MASTER_KEY beside MASTER_KEY first.`;
  throw new AppError('nodes_lack_master_key', { message });
}

function dataKeyOf(ring: KeyRing, row: WrappedKey): Buffer {
  const unwrapped = ring.unwrap(row);
  if (!unwrapped) throw new Error(`The data key of "${row.owner}" is damaged`);
  return unwrapped.dataKey;
}
