import { jidOfNumber, type PhoneNumber } from '../../../domain/address.ts';
import type { Numbers } from '../../../domain/person.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { NewCallback } from '../../../ports/callbacks.ts';
import type { AwaitedNumber, AwaitedNumberStore } from '../../../ports/storage.ts';
import type { UnrecordedDeliveries } from '../../shared/callbacks/unrecorded-deliveries.ts';
import { callbackBody, type CallbackName } from '../../shared/encryption/cell-address.ts';
import { type CallbackProgress, correctedBody, mayBeSeen, withNumber } from '../../shared/late-numbers.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import { isHeldAt } from '../callbacks/held-callbacks.ts';
import type { BodyChanges } from '../callbacks/body-changes.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { Database } from '../database.ts';
import { type PostgresVault, readableJson } from '../encryption/vault.ts';
import type { SharedRead } from '../shared-read.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** The callback that lacks the number, and what repeats it. */
interface Row extends CallbackName, CallbackProgress, Pick<AwaitedNumber, 'correctionId' | 'unless'> {
  id: number;
  body: Buffer;
}

/** An {@link Row} whose body is decrypted. */
interface Incomplete extends Omit<Row, 'body'> {
  body: string;
  number: PhoneNumber;
}

/** A number that is known now. */
interface Learned {
  sessionId: SessionId;
  lid: string;
  number: PhoneNumber;
  /** The callbacks of the session that are delivered, and perhaps not recorded as such. */
  delivered: readonly number[];
}

/** The dependencies of {@link PostgresAwaitedNumberStore}. */
export interface AwaitedNumberDeps {
  clock: Clock;
  outbox: Outbox;
  vault: PostgresVault;
  unrecorded: UnrecordedDeliveries;
  bodyChanges: BodyChanges;
}

/** The callbacks of the last two weeks whose sender is known by LID alone. */
export class PostgresAwaitedNumberStore implements AwaitedNumberStore {
  readonly #db: Database;
  readonly #deps: AwaitedNumberDeps;
  readonly #lids: SharedRead<SessionId, string[]>;

  constructor(db: Database, deps: AwaitedNumberDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#lids = db.sharedRead(async (sessionIds) => {
      const rows = await db.readCommitted<{ sessionId: SessionId; lids: string[] }>(
        sql`SELECT session_id AS "sessionId", array_agg(DISTINCT lid) AS lids
            FROM (SELECT session_id, lid FROM awaited_numbers WHERE session_id = ANY(${sessionIds})
              UNION SELECT session_id, chat FROM labeled_items
                WHERE session_id = ANY(${sessionIds}) AND chat LIKE '%@lid' AND (session_id, label_id, message_id) IN
                  (SELECT session_id, label_id, message_id FROM labeled_items
                   WHERE session_id = ANY(${sessionIds}) AND chat LIKE '%@s.whatsapp.net')) AS wanted
            GROUP BY session_id`,
      );
      return new Map(rows.map(({ sessionId, lids }) => [sessionId, lids]));
    });
  }

  async of(sessionId: SessionId): Promise<string[]> {
    return (await this.#lids.get(sessionId)) ?? [];
  }

  known(sessionId: SessionId, numbers: Numbers): Promise<void> {
    const delivered = [...(this.#deps.unrecorded.of(sessionId) ?? [])];
    return this.#deps.bodyChanges.during(sessionId, () => this.#known(sessionId, numbers, delivered));
  }

  #known(sessionId: SessionId, numbers: Numbers, delivered: readonly number[]): Promise<void> {
    return this.#db.write(sessionId, async (transaction) => {
      const callbacks: Incomplete[] = [];
      for (const [lid, number] of numbers) {
        callbacks.push(...(await this.#incomplete(transaction, { sessionId, lid, number, delivered })));
        void transaction.run(
          sql`UPDATE sent_messages SET to_number = ${number}
              WHERE session_id = ${sessionId} AND recipient = ${lid} AND to_number IS NULL`,
        );
        void transaction.run(sql`DELETE FROM awaited_numbers WHERE session_id = ${sessionId} AND lid = ${lid}`);
      }
      mergeLabels(transaction, sessionId, numbers);
      for (const callback of callbacks) this.#fillIn(transaction, callback);
      await this.#deps.outbox.store(transaction, { events: callbacks.filter(mayBeSeen).map(correction) });
    });
  }

  /** Adds a callback; one that is already awaited stays as it is. */
  add(transaction: Transaction, sessionId: SessionId, awaited: AwaitedNumber): void {
    const { lid, webhookId, correctionId, unless } = awaited;
    void transaction.run(
      sql`INSERT INTO awaited_numbers (session_id, lid, told, again, needless_with, created_at_ms)
          VALUES (${sessionId}, ${lid}, ${webhookId}, ${correctionId}, ${unless}, ${this.#deps.clock.now()})
          ON CONFLICT DO NOTHING`,
    );
  }

  /** Removes up to `limit` rows that are older than two weeks. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - MESSAGE_RETENTION_MS;
    return [
      sql`DELETE FROM awaited_numbers WHERE told IN
            (SELECT told FROM awaited_numbers WHERE created_at_ms < ${beforeMs} LIMIT ${limit})`,
    ];
  }

  /** A damaged body gets no number, and hides none of the others. */
  async #incomplete(transaction: Transaction, learned: Learned): Promise<Incomplete[]> {
    const { sessionId, lid, number, delivered } = learned;
    const rows = await transaction.rows<Row>(
      sql`SELECT callbacks.id, callbacks.session_id AS "sessionId", webhook_id AS "webhookId", kind, state, attempts, body,
            again AS "correctionId", needless_with AS "unless",
            COALESCE(${isHeldAt(this.#deps.clock.now())}, false) AS "isHeld",
            seq = (SELECT MIN(seq) FROM callbacks AS other
              WHERE other.session_id = callbacks.session_id AND other.state = 'pending'
                AND other.id <> ALL(${delivered}::bigint[]))
              IS TRUE OR callbacks.id = ANY(${delivered}::bigint[]) OR EXISTS (SELECT 1 FROM subscriptions) AS "isNext"
          FROM (SELECT told, again, needless_with FROM awaited_numbers
            WHERE session_id = ${sessionId} AND lid = ${lid}) AS awaited
          JOIN callbacks ON webhook_id = told ORDER BY seq`,
    );
    return rows.flatMap((row) => {
      const body = readableJson(this.#deps.vault, callbackBody(row), row.body);
      return body === null ? [] : [{ ...row, body, number }];
    });
  }

  /** Adds the number to a callback that is pending, or may be retried by an operator. */
  #fillIn(transaction: Transaction, callback: Incomplete): void {
    if (callback.state === 'delivered') return;
    const body = JSON.stringify(withNumber(callback.body, callback.number));
    const sealed = this.#deps.vault.seal(callbackBody(callback), body);
    void transaction.run(sql`UPDATE callbacks SET body = ${sealed} WHERE id = ${callback.id}`);
  }
}

/** Of two rows for one chat, the one that changed last stays. */
function mergeLabels(transaction: Transaction, sessionId: SessionId, numbers: Numbers): void {
  const lids = [...numbers.keys()];
  const chats = [...numbers.values()].map(jidOfNumber);
  void transaction.run(
    sql`DELETE FROM labeled_items AS it
        WHERE session_id = ${sessionId} AND chat = ANY(${[...lids, ...chats]}::text[]) AND EXISTS
          (SELECT 1 FROM unnest(${lids}::text[], ${chats}::text[]) AS person (lid, chat)
           JOIN labeled_items AS other ON other.chat IN (person.lid, person.chat)
           WHERE it.chat IN (person.lid, person.chat) AND other.chat <> it.chat
             AND other.session_id = ${sessionId} AND other.label_id = it.label_id AND other.message_id = it.message_id
             AND (other.changed_at_ms, other.chat = person.lid) > (it.changed_at_ms, it.chat = person.lid))`,
  );
}

function correction({ body, number, correctionId, unless }: Incomplete): NewCallback {
  const event = { kind: 'message-received' as const, body: correctedBody(body, number) };
  return { event, webhookId: correctionId, ...(unless !== null && { unless: [unless] }) };
}
