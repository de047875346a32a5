import type { Statement } from './sql.ts';

/** What rows are stored through: a transaction. */
export interface Statements {
  rows<Row>(statement: Statement): Promise<Row[]>;
  run(statement: Statement): Promise<number>;
  fail(error: unknown): void;
}

/** Rows of one kind, of whichever sessions, that share a statement: one for a hundred rows costs little more than one for each. */
export interface Batch<Row, Result = void> {
  /** Stores the rows, in order; sends everything at the call. Resolves with one result for each. */
  store(transaction: Statements, rows: readonly Row[]): Promise<readonly Result[]>;
  /** Whether a row must be stored by a later statement than one of these. */
  mustFollow?(earlier: readonly Row[], row: Row): boolean;
}

/** A row that is not sent yet, and whoever waits for it. */
interface Pending {
  row: unknown;
  stored: (result: unknown) => void;
  failed: (error: unknown) => void;
}

/** The rows of a transaction that are not sent yet, in the order of their batches' first rows. */
export class PendingRows {
  readonly #batches = new Map<Batch<unknown, unknown>, Pending[]>();

  /** Adds a row; `sendAll` is called first when it must follow another one. */
  add<Row, Result>(batch: Batch<Row, Result>, row: Row, sendAll: () => void): Promise<Result> {
    const key = batch as Batch<unknown, unknown>;
    if (this.#mustFollow(batch, row)) sendAll();
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const pending = { row, stored: resolve as (result: unknown) => void, failed: reject };
    const others = this.#batches.get(key);
    if (others) others.push(pending);
    else this.#batches.set(key, [pending]);
    return promise;
  }

  /** Sends all rows. A failure also fails the transaction. */
  send(transaction: Statements): void {
    if (this.#batches.size === 0) return;
    const batches = [...this.#batches];
    this.#batches.clear();
    for (const [batch, pending] of batches) void sendOne(transaction, batch, pending);
  }

  #mustFollow<Row, Result>(batch: Batch<Row, Result>, row: Row): boolean {
    const earlier = this.#batches.get(batch);
    if (!batch.mustFollow || !earlier) return false;
    return batch.mustFollow(
      earlier.map((pending) => pending.row as Row),
      row,
    );
  }
}

async function sendOne(
  transaction: Statements,
  batch: Batch<unknown, unknown>,
  pending: readonly Pending[],
): Promise<void> {
  try {
    const results = await batch.store(
      transaction,
      pending.map(({ row }) => row),
    );
    pending.forEach(({ stored }, at) => stored(results[at]));
  } catch (error) {
    transaction.fail(error);
    for (const { failed } of pending) failed(error);
  }
}
