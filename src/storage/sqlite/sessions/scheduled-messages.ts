import type { NewScheduledMessage, ScheduledMessage, SendFailure } from '../../../domain/scheduled-message.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ScheduledMessageStore, Settlement } from '../../../ports/scheduled.ts';
import { scheduledBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { jsonText } from '../../shared/json-text.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** A row of `scheduled_messages`. */
interface Row extends Omit<ScheduledMessage, 'failure'> {
  errorCode: string | null;
  errorMessage: string | null;
}

/** The dependencies of {@link SqliteScheduledMessageStore}. */
export interface ScheduledMessageDeps {
  clock: Clock;
  outbox: Outbox;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** The messages to be sent later. */
export class SqliteScheduledMessageStore implements ScheduledMessageStore {
  readonly #db: Database;
  readonly #deps: ScheduledMessageDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: ScheduledMessageDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  add(message: NewScheduledMessage, limit: number): Promise<'added' | 'known' | 'full'> {
    const { sessionId, messageId } = message;
    return this.#db.write(() => {
      if (this.#sql.find.get(sessionId, messageId)) return 'known';
      if ((this.#sql.waiting.get(sessionId) ?? 0) >= limit) return 'full';
      const body = this.#deps.vault.seal(scheduledBody(sessionId, messageId), message.body);
      this.#sql.add.run({ ...message, body, nowMs: this.#deps.clock.now() });
      return 'added';
    });
  }

  of(sessionId: SessionId, page: Parameters<ScheduledMessageStore['of']>[1]): Promise<ScheduledMessage[]> {
    const wanted = { sessionId, ...page, state: page.state ?? null };
    return this.#db.read(() => this.#sql.of.all(wanted).flatMap((row) => this.#fromRow(row) ?? []));
  }

  find(sessionId: SessionId, messageId: string): Promise<ScheduledMessage | undefined> {
    return this.#db.read(() => this.#fromRow(this.#sql.find.get(sessionId, messageId)));
  }

  sessionsWithDue(nowMs: number): Promise<SessionId[]> {
    return this.#db.read(() => this.#sql.sessionsWithDue.all(nowMs));
  }

  next(sessionId: SessionId, nowMs: number): Promise<ScheduledMessage | undefined> {
    return this.#db.read(() => this.#fromRow(this.#sql.next.get(sessionId, nowMs)));
  }

  async postpone({ sessionId, messageId }: ScheduledMessage, failure: SendFailure, dueAtMs: number): Promise<void> {
    await this.#db.write(() => this.#sql.postpone.run({ sessionId, messageId, dueAtMs, ...failure }));
  }

  settle({ sessionId, messageId }: ScheduledMessage, { state, failure, event }: Settlement): Promise<void> {
    const { code = null, message = null } = failure ?? {};
    const nowMs = this.#deps.clock.now();
    const change = () => this.#sql.settle.run({ sessionId, messageId, state, code, message, nowMs });
    return this.#db.write(() => {
      this.#deps.outbox.commit(change, { events: event ? [event] : [] });
    });
  }

  /** Removes messages that were settled more than two weeks ago. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#deps.clock.now() - MESSAGE_RETENTION_MS, limit).changes === limit;
  }

  /** What cannot be read cannot be sent either. */
  #fromRow(row: Row | undefined): ScheduledMessage | undefined {
    if (!row) return undefined;
    const { errorCode, errorMessage, body: stored, ...message } = row;
    const { sessionId, messageId } = message;
    const cell = scheduledBody(sessionId, messageId);
    const remove = () => this.#sql.remove.run(sessionId, messageId, stored);
    const read = () => jsonText(this.#deps.vault.open(cell, stored));
    const body = this.#deps.damaged.readable({ sessionId, cell, stored }, read, remove);
    const failure = errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };
    return body === undefined ? undefined : { ...message, body, failure };
  }
}

/** What names a message. */
interface Key {
  sessionId: SessionId;
  messageId: string;
}

const COLUMNS = `id, session_id AS sessionId, message_id AS messageId, body, send_at_ms AS sendAtMs, state, attempts,
  error_code AS errorCode, error_message AS errorMessage, created_at_ms AS createdAtMs, settled_at_ms AS settledAtMs`;

function prepare(db: Database) {
  return {
    find: db.prepare<[SessionId, string], Row>(
      `SELECT ${COLUMNS} FROM scheduled_messages WHERE session_id = ? AND message_id = ?`,
    ),
    waiting: db
      .prepare<[SessionId], number>(
        `SELECT COUNT(*) FROM scheduled_messages WHERE session_id = ? AND state = 'scheduled'`,
      )
      .pluck(),
    add: db.prepare<[NewScheduledMessage & { nowMs: number }]>(
      `INSERT INTO scheduled_messages (session_id, message_id, body, send_at_ms, due_at_ms, created_at_ms)
       VALUES (@sessionId, @messageId, @body, @sendAtMs, @sendAtMs, @nowMs)`,
    ),
    of: db.prepare<[{ sessionId: SessionId; state: string | null; after: number; limit: number }], Row>(
      `SELECT ${COLUMNS} FROM scheduled_messages
       WHERE session_id = @sessionId AND id > @after AND (@state IS NULL OR state = @state) ORDER BY id LIMIT @limit`,
    ),
    sessionsWithDue: db
      .prepare<[number], SessionId>(
        `SELECT DISTINCT session_id FROM scheduled_messages WHERE state = 'scheduled' AND due_at_ms <= ?`,
      )
      .pluck(),
    next: db.prepare<[SessionId, number], Row>(
      `SELECT ${COLUMNS} FROM scheduled_messages
       WHERE session_id = ? AND state = 'scheduled' AND due_at_ms <= ? ORDER BY due_at_ms, id LIMIT 1`,
    ),
    postpone: db.prepare<[Key & SendFailure & { dueAtMs: number }]>(
      `UPDATE scheduled_messages SET due_at_ms = @dueAtMs, attempts = attempts + 1, error_code = @code,
         error_message = @message
       WHERE session_id = @sessionId AND message_id = @messageId AND state = 'scheduled'`,
    ),
    settle: db.prepare<[Key & { state: string; code: string | null; message: string | null; nowMs: number }]>(
      `UPDATE scheduled_messages SET state = @state, error_code = @code, error_message = @message, settled_at_ms = @nowMs
       WHERE session_id = @sessionId AND message_id = @messageId AND state = 'scheduled'`,
    ),
    remove: db.prepare<[SessionId, string, string]>(
      'DELETE FROM scheduled_messages WHERE session_id = ? AND message_id = ? AND body = ?',
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM scheduled_messages WHERE id IN (SELECT id FROM scheduled_messages WHERE settled_at_ms < ? LIMIT ?)`,
    ),
  };
}
