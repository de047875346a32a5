import type pg from 'pg';
import { type Statement } from './sql.ts';

/** A transaction under way. Its statements take effect in the order in which they are given, awaited or not. */
export class Transaction {
  readonly #client: pg.ClientBase;
  readonly #afterCommit: (() => void)[] = [];
  #ordinal = 0;
  #error: unknown;
  #isBroken = false;

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
    try {
      return await this.#client.query(statement);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }
}
