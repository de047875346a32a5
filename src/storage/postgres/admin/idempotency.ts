import type { Clock } from '../../../kit/clock.ts';
import type { IdempotencyStore, ReservedMessage, StoredAnswer } from '../../../ports/storage.ts';
import { reservingRequest, storedAnswer } from '../../shared/encryption/cell-address.ts';
import { ANSWER_RETENTION_MS } from '../../shared/retention.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql, type Statement } from '../sql.ts';

/** The first answer to each `Idempotency-Key`, and before it the id of its message, kept for a day. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #vault: PostgresVault;

  constructor(db: Database, clock: Clock, vault: PostgresVault) {
    this.#db = db;
    this.#clock = clock;
    this.#vault = vault;
  }

  async find(scope: string, key: string): Promise<StoredAnswer | undefined> {
    const [row] = await this.#db.read<{ status: number; requestHash: Buffer; body: Buffer }>(
      sql`SELECT request_hash AS "requestHash", status, body FROM idempotency
          WHERE scope = ${scope} AND key = ${key} AND created_at_ms > ${this.#expiredMs()}`,
    );
    return (
      row && {
        status: row.status,
        requestHash: this.#vault.open(storedAnswer('request_hash', scope, key), row.requestHash),
        body: this.#vault.open(storedAnswer('body', scope, key), row.body),
      }
    );
  }

  reserve(scope: string, key: string, { requestHash, messageId }: ReservedMessage): Promise<string> {
    const cell = reservingRequest(scope, key);
    const [nowMs, expiredMs] = [this.#clock.now(), this.#expiredMs()];
    return this.#db.write(NO_SESSION, async (transaction) => {
      const known = await transaction.row<{ requestHash: Buffer; messageId: string }>(
        sql`SELECT request_hash AS "requestHash", message_id AS "messageId" FROM reserved_message_ids
            WHERE scope = ${scope} AND key = ${key} AND created_at_ms > ${expiredMs}`,
      );
      if (known && this.#vault.open(cell, known.requestHash) === requestHash) return known.messageId;
      await transaction.run(
        sql`INSERT INTO reserved_message_ids (scope, key, request_hash, message_id, created_at_ms)
            VALUES (${scope}, ${key}, ${this.#vault.seal(cell, requestHash)}, ${messageId}, ${nowMs})
            ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash,
              message_id = excluded.message_id, created_at_ms = excluded.created_at_ms`,
      );
      return messageId;
    });
  }

  async save(scope: string, key: string, { requestHash, status, body }: StoredAnswer): Promise<void> {
    const [nowMs, expiredMs] = [this.#clock.now(), this.#expiredMs()];
    const hash = this.#vault.seal(storedAnswer('request_hash', scope, key), requestHash);
    const sealed = this.#vault.seal(storedAnswer('body', scope, key), body);
    await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`INSERT INTO idempotency (scope, key, request_hash, status, body, created_at_ms)
            VALUES (${scope}, ${key}, ${hash}, ${status}, ${sealed}, ${nowMs})
            ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
              body = excluded.body, created_at_ms = excluded.created_at_ms
            WHERE idempotency.created_at_ms <= ${expiredMs}`,
      ),
    );
  }

  /** Removes up to `limit` expired answers, and as many ids. */
  pruning(limit: number): Statement[] {
    const expiredMs = this.#expiredMs();
    return [
      sql`DELETE FROM idempotency WHERE (scope, key) IN
            (SELECT scope, key FROM idempotency WHERE created_at_ms <= ${expiredMs} LIMIT ${limit})`,
      sql`DELETE FROM reserved_message_ids WHERE (scope, key) IN
            (SELECT scope, key FROM reserved_message_ids WHERE created_at_ms <= ${expiredMs} LIMIT ${limit})`,
    ];
  }

  #expiredMs(): number {
    return this.#clock.now() - ANSWER_RETENTION_MS;
  }
}
