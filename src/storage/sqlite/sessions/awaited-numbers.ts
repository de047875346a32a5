import { jidOfNumber, type PhoneNumber } from '../../../domain/address.ts';
import type { Numbers } from '../../../domain/person.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CallbackState, NewCallback } from '../../../ports/callbacks.ts';
import type { AwaitedNumber, AwaitedNumberStore } from '../../../ports/storage.ts';
import type { FreshCallbacks } from '../../shared/callbacks/fresh-callbacks.ts';
import { callbackBody, type CallbackName } from '../../shared/encryption/cell-address.ts';
import { readableJson, type Vault } from '../../shared/encryption/vault.ts';
import { correctedBody, mayBeSeen, withNumber } from '../../shared/late-numbers.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import { IS_HELD } from '../callbacks/held-callbacks.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { Database } from '../database.ts';

/** The columns that are read from `awaited_numbers`. */
type Row = Omit<AwaitedNumber, 'lid'>;

/** The callback that lacks the number. */
interface IncompleteCallback extends CallbackName {
  id: number;
  state: CallbackState;
  attempts: number;
  body: string;
  /** See {@link CallbackProgress}. */
  isNext: number;
  /** Whether it is held for its file, and not delivered yet. */
  isHeld: number | null;
}

/** The dependencies of {@link SqliteAwaitedNumberStore}. */
export interface AwaitedNumberDeps {
  clock: Clock;
  outbox: Outbox;
  vault: Vault;
  fresh: FreshCallbacks;
}

/** The callbacks of the last two weeks whose sender is known by LID alone. */
export class SqliteAwaitedNumberStore implements AwaitedNumberStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #vault: Vault;
  readonly #fresh: FreshCallbacks;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { clock, outbox, vault, fresh }: AwaitedNumberDeps) {
    this.#fresh = fresh;
    this.#db = db;
    this.#vault = vault;
    this.#clock = clock;
    this.#outbox = outbox;
    this.#sql = prepare(db);
  }

  of(sessionId: SessionId): Promise<string[]> {
    return this.#db.read(() => {
      const rows = [...this.#sql.lids.all(sessionId), ...this.#sql.doubtful.all({ sessionId })];
      return [...new Set(rows.map(({ lid }) => lid))];
    });
  }

  known(sessionId: SessionId, numbers: Numbers): Promise<void> {
    return this.#db.write(() => {
      const awaited = this.#sql.lids.all(sessionId).flatMap(({ lid }) => {
        const number = numbers.get(lid);
        return number === undefined ? [] : [{ lid, number }];
      });
      const corrections = awaited.flatMap(({ lid, number }) =>
        this.#corrections(this.#sql.rows.all(sessionId, lid), number),
      );
      const change = () => {
        for (const { lid, number } of awaited) this.#fillIn(sessionId, lid, number);
        for (const [lid, number] of numbers) {
          this.#sql.address.run(number, sessionId, lid);
          this.#sql.mergeLabels.run({ sessionId, lid, chat: jidOfNumber(number) });
        }
      };
      this.#outbox.commit(change, { events: corrections });
    });
  }

  /** Adds a callback, within the caller's transaction; one that is already awaited stays as it is. */
  add(sessionId: SessionId, awaited: AwaitedNumber): void {
    this.#sql.add.run({ ...awaited, sessionId, nowMs: this.#clock.now() });
  }

  /** Removes what is older than two weeks. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#clock.now() - MESSAGE_RETENTION_MS, limit).changes === limit;
  }

  #find(webhookId: string): IncompleteCallback | undefined {
    const row = this.#sql.callback.get({ webhookId, nowMs: this.#clock.now() });
    const body = row && readableJson(this.#vault, callbackBody(row), row.body);
    // A damaged body gets no number, and hides none of the others.
    return row && typeof body === 'string' ? { ...row, body } : undefined;
  }

  /** The callbacks that repeat those which the backend may have seen without the number. */
  #corrections(rows: readonly Row[], number: PhoneNumber): NewCallback[] {
    return rows.flatMap(({ webhookId, correctionId, unless }) => {
      const callback = this.#find(webhookId);
      if (!callback || !hasMaybeArrived(callback)) return [];
      const body = correctedBody(callback.body, number);
      const event = { kind: 'message-received' as const, body };
      return [{ event, webhookId: correctionId, ...(unless !== null && { unless: [unless] }) }];
    });
  }

  /** Adds the number to the callbacks that are pending, or may be retried by an operator. */
  #fillIn(sessionId: SessionId, lid: string, number: PhoneNumber): void {
    for (const { webhookId } of this.#sql.rows.all(sessionId, lid)) {
      const callback = this.#find(webhookId);
      if (!callback || callback.state === 'delivered') continue;
      const body = JSON.stringify(withNumber(callback.body, number));
      this.#fresh.forget(sessionId);
      this.#sql.change.run(this.#vault.seal(callbackBody(callback), body), callback.id);
    }
    this.#sql.remove.run(sessionId, lid);
  }
}

/** SQLite has no booleans. */
function hasMaybeArrived({ isNext, isHeld, ...rest }: IncompleteCallback): boolean {
  return mayBeSeen({ ...rest, isNext: isNext === 1, isHeld: isHeld === 1 });
}

function prepare(db: Database) {
  return {
    lids: db.prepare<[SessionId], { lid: string }>('SELECT DISTINCT lid FROM awaited_numbers WHERE session_id = ?'),
    doubtful: db.prepare<[{ sessionId: SessionId }], { lid: string }>(
      `SELECT DISTINCT chat AS lid FROM labeled_items
       WHERE session_id = @sessionId AND chat LIKE '%@lid' AND (label_id, message_id) IN
         (SELECT label_id, message_id FROM labeled_items
          WHERE session_id = @sessionId AND chat LIKE '%@s.whatsapp.net')`,
    ),
    rows: db.prepare<[SessionId, string], Row>(
      `SELECT told AS webhookId, again AS correctionId, needless_with AS unless
       FROM awaited_numbers JOIN callbacks ON webhook_id = told
       WHERE awaited_numbers.session_id = ? AND lid = ? ORDER BY seq`,
    ),
    callback: db.prepare<[{ webhookId: string; nowMs: number }], IncompleteCallback>(
      `SELECT id, session_id AS sessionId, webhook_id AS webhookId, kind, state, attempts, body, (${IS_HELD}) AS isHeld,
         seq = (SELECT MIN(seq) FROM callbacks AS other WHERE other.session_id = it.session_id AND other.state = 'pending')
           OR EXISTS (SELECT 1 FROM subscriptions) AS isNext
       FROM callbacks AS it WHERE webhook_id = @webhookId`,
    ),
    change: db.prepare<[string, number]>('UPDATE callbacks SET body = ? WHERE id = ?'),
    remove: db.prepare<[SessionId, string]>('DELETE FROM awaited_numbers WHERE session_id = ? AND lid = ?'),
    address: db.prepare<[PhoneNumber, SessionId, string]>(
      'UPDATE sent_messages SET to_number = ? WHERE session_id = ? AND recipient = ? AND to_number IS NULL',
    ),
    mergeLabels: db.prepare<[{ sessionId: SessionId; lid: string; chat: string }]>(
      `DELETE FROM labeled_items AS it WHERE session_id = @sessionId AND chat IN (@lid, @chat) AND EXISTS
         (SELECT 1 FROM labeled_items AS other
          WHERE other.session_id = @sessionId AND other.label_id = it.label_id AND other.message_id = it.message_id
            AND other.chat IN (@lid, @chat) AND other.chat <> it.chat
            AND (other.changed_at_ms, other.chat = @lid) > (it.changed_at_ms, it.chat = @lid))`,
    ),
    add: db.prepare<[AwaitedNumber & { sessionId: SessionId; nowMs: number }]>(
      `INSERT INTO awaited_numbers (session_id, lid, told, again, needless_with, created_at_ms)
       VALUES (@sessionId, @lid, @webhookId, @correctionId, @unless, @nowMs) ON CONFLICT DO NOTHING`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM awaited_numbers WHERE (session_id, lid, told) IN
         (SELECT session_id, lid, told FROM awaited_numbers WHERE created_at_ms < ? LIMIT ?)`,
    ),
  };
}
