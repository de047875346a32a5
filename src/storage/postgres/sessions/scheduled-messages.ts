import type { NewScheduledMessage, ScheduledMessage, SendFailure } from '../../../domain/scheduled-message.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ScheduledMessageStore, Settlement } from '../../../ports/scheduled.ts';
import { scheduledBody } from '../../shared/encryption/cell-address.ts';
import { jsonText } from '../../shared/json-text.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import { type Holding, isOwned } from '../cluster/holding.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, sql, type Statement } from '../sql.ts';

/** A row of `scheduled_messages`. */
interface Row extends Omit<ScheduledMessage, 'failure' | 'body'> {
  body: Buffer;
  errorCode: string | null;
  errorMessage: string | null;
}

/** The dependencies of {@link PostgresScheduledMessageStore}. */
export interface ScheduledMessageDeps {
  clock: Clock;
  outbox: Outbox;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
  holding: Holding;
}

const COLUMNS = fragment`id, session_id AS "sessionId", message_id AS "messageId", body, send_at_ms AS "sendAtMs", state, attempts,
  error_code AS "errorCode", error_message AS "errorMessage", created_at_ms AS "createdAtMs", settled_at_ms AS "settledAtMs"`;

/** The messages to be sent later. */
export class PostgresScheduledMessageStore implements ScheduledMessageStore {
  readonly #db: Database;
  readonly #deps: ScheduledMessageDeps;

  constructor(db: Database, deps: ScheduledMessageDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  add({ sessionId, messageId, body, sendAtMs }: NewScheduledMessage, limit: number) {
    const nowMs = this.#deps.clock.now();
    return this.#db.write(sessionId, async (transaction): Promise<'added' | 'known' | 'full'> => {
      const known = await transaction.row(
        sql`SELECT 1 FROM scheduled_messages WHERE session_id = ${sessionId} AND message_id = ${messageId}`,
      );
      if (known) return 'known';
      const waiting = await transaction.row<{ count: number }>(
        sql`SELECT COUNT(*) AS count FROM scheduled_messages WHERE session_id = ${sessionId} AND state = 'scheduled'`,
      );
      if ((waiting?.count ?? 0) >= limit) return 'full';
      const sealed = this.#deps.vault.seal(scheduledBody(sessionId, messageId), body);
      await transaction.run(
        sql`INSERT INTO scheduled_messages (session_id, message_id, body, send_at_ms, due_at_ms, created_at_ms)
            VALUES (${sessionId}, ${messageId}, ${sealed}, ${sendAtMs}::bigint, ${sendAtMs}::bigint, ${nowMs})`,
      );
      return 'added';
    });
  }

  async of(
    sessionId: SessionId,
    { state, after, limit }: Parameters<ScheduledMessageStore['of']>[1],
  ): Promise<ScheduledMessage[]> {
    const wanted = state === undefined ? fragment`TRUE` : fragment`state = ${state}`;
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM scheduled_messages
          WHERE session_id = ${sessionId} AND id > ${after} AND ${wanted} ORDER BY id LIMIT ${limit}`,
    );
    return rows.flatMap((row) => this.#fromRow(row) ?? []);
  }

  async find(sessionId: SessionId, messageId: string): Promise<ScheduledMessage | undefined> {
    const [row] = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM scheduled_messages WHERE session_id = ${sessionId} AND message_id = ${messageId}`,
    );
    return this.#fromRow(row);
  }

  async sessionsWithDue(nowMs: number): Promise<SessionId[]> {
    const rows = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT DISTINCT session_id AS "sessionId" FROM scheduled_messages
          WHERE state = 'scheduled' AND due_at_ms <= ${nowMs} AND ${isOwned(this.#deps.holding)}`,
    );
    return rows.map(({ sessionId }) => sessionId);
  }

  async next(sessionId: SessionId, nowMs: number): Promise<ScheduledMessage | undefined> {
    const [row] = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM scheduled_messages
          WHERE session_id = ${sessionId} AND state = 'scheduled' AND due_at_ms <= ${nowMs} AND ${isOwned(this.#deps.holding)}
          ORDER BY due_at_ms, id LIMIT 1`,
    );
    return this.#fromRow(row);
  }

  async postpone({ sessionId, messageId }: ScheduledMessage, failure: SendFailure, dueAtMs: number): Promise<void> {
    await this.#db.send(sessionId, (transaction) =>
      transaction.run(
        sql`UPDATE scheduled_messages SET due_at_ms = ${dueAtMs}, attempts = attempts + 1, error_code = ${failure.code},
              error_message = ${failure.message}
            WHERE session_id = ${sessionId} AND message_id = ${messageId} AND state = 'scheduled'`,
      ),
    );
  }

  async settle({ sessionId, messageId }: ScheduledMessage, { state, failure, event }: Settlement): Promise<void> {
    const { code = null, message = null } = failure ?? {};
    const change = sql`UPDATE scheduled_messages SET state = ${state}, error_code = ${code}, error_message = ${message},
        settled_at_ms = ${this.#deps.clock.now()}
      WHERE session_id = ${sessionId} AND message_id = ${messageId} AND state = 'scheduled'`;
    const events = event ? [event] : [];
    await this.#deps.outbox.send({ of: sessionId, events }, (transaction) => void transaction.run(change));
  }

  /** Removes up to `limit` messages that were settled more than two weeks ago. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - MESSAGE_RETENTION_MS;
    return [
      sql`DELETE FROM scheduled_messages WHERE id IN
            (SELECT id FROM scheduled_messages WHERE settled_at_ms < ${beforeMs} LIMIT ${limit})`,
    ];
  }

  /** What cannot be read cannot be sent either. */
  #fromRow(row: Row | undefined): ScheduledMessage | undefined {
    if (!row) return undefined;
    const { errorCode, errorMessage, body: stored, ...message } = row;
    const { sessionId, messageId } = message;
    const cell = scheduledBody(sessionId, messageId);
    const remove = sql`DELETE FROM scheduled_messages
      WHERE session_id = ${sessionId} AND message_id = ${messageId} AND body = ${stored}`;
    const { damaged, vault } = this.#deps;
    const body = damaged.readable({ sessionId, cell, stored }, () => jsonText(vault.open(cell, stored)), remove);
    const failure = errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };
    return body === undefined ? undefined : { ...message, body, failure };
  }
}
