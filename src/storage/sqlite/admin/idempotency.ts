import type { Clock } from '../../../kit/clock.ts';
import type { IdempotencyStore, ReservedMessage, StoredAnswer } from '../../../ports/storage.ts';
import { reservingRequest, storedAnswer } from '../../shared/encryption/cell-address.ts';
import { ANSWER_RETENTION_MS } from '../../shared/retention.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { Database } from '../database.ts';

/** The parameters of an insert; an answer that was stored at or before `expiredMs` is replaced. */
interface Row extends StoredAnswer {
  scope: string;
  key: string;
  nowMs: number;
  expiredMs: number;
}

/** The first answer to each `Idempotency-Key`, and before it the id of its message, kept for a day. */
export class SqliteIdempotencyStore implements IdempotencyStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, clock: Clock, vault: Vault) {
    this.#db = db;
    this.#clock = clock;
    this.#vault = vault;
    this.#sql = prepare(db);
  }

  find(scope: string, key: string): Promise<StoredAnswer | undefined> {
    return this.#db.read(() => {
      const row = this.#sql.find.get(scope, key, this.#expiredMs());
      return (
        row && {
          status: row.status,
          requestHash: this.#vault.open(storedAnswer('request_hash', scope, key), row.requestHash),
          body: this.#vault.open(storedAnswer('body', scope, key), row.body),
        }
      );
    });
  }

  reserve(scope: string, key: string, { requestHash, messageId }: ReservedMessage): Promise<string> {
    const cell = reservingRequest(scope, key);
    return this.#db.write(() => {
      const known = this.#sql.reserved.get(scope, key, this.#expiredMs());
      if (known && this.#vault.open(cell, known.requestHash) === requestHash) return known.messageId;
      this.#sql.reserve.run(scope, key, this.#vault.seal(cell, requestHash), messageId, this.#clock.now());
      return messageId;
    });
  }

  save(scope: string, key: string, answer: StoredAnswer): Promise<void> {
    return this.#db.write(() => {
      this.#sql.save.run({
        ...{ scope, key, status: answer.status, nowMs: this.#clock.now(), expiredMs: this.#expiredMs() },
        requestHash: this.#vault.seal(storedAnswer('request_hash', scope, key), answer.requestHash),
        body: this.#vault.seal(storedAnswer('body', scope, key), answer.body),
      });
    });
  }

  /** Removes expired answers. */
  prune(limit: number): boolean {
    const { prune, pruneReserved } = this.#sql;
    return [prune, pruneReserved].some((statement) => statement.run(this.#expiredMs(), limit).changes === limit);
  }

  #expiredMs(): number {
    return this.#clock.now() - ANSWER_RETENTION_MS;
  }
}

function prepare(db: Database) {
  return {
    find: db.prepare<[string, string, number], StoredAnswer>(
      `SELECT request_hash AS requestHash, status, body FROM idempotency
       WHERE scope = ? AND key = ? AND created_at_ms > ?`,
    ),
    save: db.prepare<[Row]>(
      `INSERT INTO idempotency (scope, key, request_hash, status, body, created_at_ms)
       VALUES (@scope, @key, @requestHash, @status, @body, @nowMs)
       ON CONFLICT (scope, key) DO UPDATE SET request_hash = @requestHash, status = @status, body = @body,
         created_at_ms = @nowMs
       WHERE created_at_ms <= @expiredMs`,
    ),
    reserved: db.prepare<[string, string, number], ReservedMessage>(
      `SELECT request_hash AS requestHash, message_id AS messageId FROM reserved_message_ids
       WHERE scope = ? AND key = ? AND created_at_ms > ?`,
    ),
    reserve: db.prepare<[string, string, string, string, number]>(
      `INSERT OR REPLACE INTO reserved_message_ids (scope, key, request_hash, message_id, created_at_ms)
       VALUES (?, ?, ?, ?, ?)`,
    ),
    pruneReserved: db.prepare<[number, number]>(
      `DELETE FROM reserved_message_ids WHERE rowid IN
         (SELECT rowid FROM reserved_message_ids WHERE created_at_ms <= ? LIMIT ?)`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency WHERE created_at_ms <= ? LIMIT ?)`,
    ),
  };
}
