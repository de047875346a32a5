import { AppError } from '../../../domain/errors.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { sql } from '../sql.ts';
import { type Transaction } from '../transaction.ts';

const OTHER_NODES = 'Other nodes are running: stop all but this one, and change the master key then.';

/**
 * Requires that no other node has joined, and lets none join until the end of the transaction, which changes the master key: the others
 * would go on with the old one. Who joins locks the common data key, and compares it with its own.
 * @throws AppError `wrong_master_key`
 */
export async function requireOnlyNode(transaction: Transaction): Promise<void> {
  await transaction.run(sql`SELECT FROM data_keys WHERE session_id = ${COMMON} FOR UPDATE`);
  const others = await transaction.row(sql`SELECT FROM nodes WHERE NOT dead OFFSET 1 LIMIT 1`);
  if (others) throw new AppError('wrong_master_key', { message: OTHER_NODES });
}
