import type pg from 'pg';
import { type Batch, PendingRows } from './batch.ts';
import type { Statement } from './sql.ts';

/** A transaction under way. Its statements take effect in the order in which they are given, awaited or not. */
export class Transaction {
  readonly #client: pg.ClientBase;
  readonly #afterCommit: (() => void)[] = [];
  readonly #pending = new PendingRows();
  #ordinal = 0;
  #error: unknown;
  #isBroken = false;
  /** Whether rows wait for others with which they can share a statement. */
  #isGathering = true;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  /** Whether a statement has failed: then nothing of the transaction will be stored. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Why, of the first one. */
  get error(): unknown {
    return this.#error;
  }

  /** Runs a statement and resolves with its rows. */
  async rows<Row>(statement: Statement): Promise<Row[]> {
    return (await this.#send(statement)).rows as Row[];
  }

  /** Runs a statement and resolves with its first row. */
  async row<Row>(statement: Statement): Promise<Row | undefined> {
    return (await this.rows<Row>(statement))[0];
  }

  /** Runs a statement and resolves with the number of rows that it changed. A failure need not be handled: it fails the transaction. */
  run(statement: Statement): Promise<number> {
    const changed = this.#send(statement).then(({ rowCount }) => rowCount ?? 0);
    changed.catch(() => undefined);
    return changed;
  }

  /**
   * Stores a row together with others of its kind. It takes effect before the next statement that is given otherwise, or at the end. A
   * failure need not be handled: it fails the transaction.
   */
  add<Row, Result>(batch: Batch<Row, Result>, row: Row): Promise<Result> {
    const stored = this.#pending.add(batch, row, () => this.sendRows());
    stored.catch(() => undefined);
    if (!this.#isGathering) this.sendRows();
    return stored;
  }

  /** Sends the rows that were added until now. */
  sendRows(): void {
    if (!this.#isBroken) this.#pending.send(this);
  }

  /** Whether rows that are added from now on may wait for others, or the work waits for each of them. */
  gather(isGathering: boolean): void {
    this.#isGathering = isGathering;
    if (!isGathering) this.sendRows();
  }

  /** Runs `task` once everything is stored. */
  afterCommit(task: () => void): void {
    this.#afterCommit.push(task);
  }

  /** A number that no other row of the transaction has, growing. */
  nextOrdinal(): number {
    return (this.#ordinal += 1);
  }

  /** Nothing of the transaction may be stored. */
  fail(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#error = error;
  }

  /** Everything is stored. */
  committed(): void {
    for (const task of this.#afterCommit) task();
  }

  async #send(statement: Statement): Promise<pg.QueryResult> {
    this.sendRows();
    try {
      return await this.#client.query(statement);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }
}
