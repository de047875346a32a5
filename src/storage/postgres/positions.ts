import { Fragment, fragment, sql } from './sql.ts';
import type { Transaction } from './transaction.ts';

/** More rows than any transaction numbers. */
const PER_TRANSACTION = 16_384;
const FACTOR = new Fragment([String(PER_TRANSACTION)], []);
const BASE = fragment`(SELECT position_base FROM cluster)`;

/**
 * The positions of callbacks among those of all sessions: the number of their transaction, and within it an ordinal. A reader stops
 * before the oldest transaction that is still under way. So it never passes a callback that is committed after those behind it.
 */
export const HORIZON = fragment`((pg_snapshot_xmin(pg_current_snapshot())::text::bigint - ${BASE}) * ${FACTOR})`;

/** The first position of the current transaction, to which an ordinal is added. */
export const TRANSACTION_START = fragment`((pg_current_xact_id()::text::bigint - ${BASE}) * ${FACTOR})`;

/** The next ordinal of this transaction. */
export function nextOrdinal(transaction: Transaction): number {
  const ordinal = transaction.nextOrdinal();
  if (ordinal >= PER_TRANSACTION) throw new RangeError('A transaction stores too many callbacks');
  return ordinal;
}

/** Lets positions jump over more than is lost between a backup and its restoration: a billion transactions. */
export const JUMP_OF_POSITIONS = sql`UPDATE cluster SET position_base = position_base - 1000000000`;

/** Lets positions go on where they were, in a database that was restored into another server, whose transactions have other numbers. */
export const CONTINUE_POSITIONS = sql`UPDATE cluster SET position_base = LEAST(position_base,
  pg_current_xact_id()::text::bigint - 1 - (SELECT COALESCE(MAX(position), 0) / ${FACTOR} FROM callbacks))`;
