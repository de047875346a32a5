import { type AnyEventKind, furtherKindsOf, isFurther } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { DeadLetter, Subscription, SubscriptionCounts, SubscriptionSpec } from '../../../domain/subscription.ts';
import type { DeliveryQueue, Page, PendingEvent } from '../../../ports/callbacks.ts';
import type { SubscriptionStore } from '../../../ports/subscriptions.ts';
import { QR_LIFE_MS } from '../../shared/callbacks/wanted.ts';
import { COMMON, eventBody, subscriptionSpec } from '../../shared/encryption/cell-address.ts';
import { tellable } from '../../shared/tellable.ts';
import { type Database, NO_SESSION } from '../database.ts';
import { readableJson } from '../encryption/vault.ts';
import { fragment, type Fragment, sql, type Statement } from '../sql.ts';
import { isWanted, PostgresSubscriptionQueue, type SubscriptionQueueDeps } from './subscription-queue.ts';

/** A row of `subscriptions`. */
interface Row {
  id: string;
  spec: Buffer;
  createdAtMs: number;
}

/** The subscriptions, and how far each has come. Nodes hear of changes as they do of settings. */
export class PostgresSubscriptionStore implements SubscriptionStore {
  readonly #db: Database;
  readonly #deps: SubscriptionQueueDeps;

  constructor(db: Database, deps: SubscriptionQueueDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  /** A subscription whose row was changed from outside is set aside; the others go on. */
  async all(): Promise<Subscription[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT subscription_id AS id, spec, created_at_ms AS "createdAtMs" FROM subscriptions
          ORDER BY created_at_ms, subscription_id`,
    );
    return rows.flatMap((row) => this.#read(row) ?? []);
  }

  add(subscription: Subscription): Promise<void> {
    const { id, createdAtMs } = subscription;
    return this.#write(
      sql`INSERT INTO subscriptions (subscription_id, spec, created_at_ms)
          VALUES (${id}, ${this.#sealed(subscription)}, ${createdAtMs})`,
      sql`INSERT INTO subscription_progress (subscription_id, session_id, seq, further)
          SELECT ${id}, session_id, last_seq, last_further FROM sequences`,
    );
  }

  change(subscription: Subscription): Promise<void> {
    return this.#write(
      sql`UPDATE subscriptions SET spec = ${this.#sealed(subscription)} WHERE subscription_id = ${subscription.id}`,
    );
  }

  remove(id: string): Promise<void> {
    return this.#write(
      removal(id),
      sql`DELETE FROM subscription_progress WHERE subscription_id = ${id}`,
      sql`DELETE FROM dead_letters WHERE subscription_id = ${id}`,
    );
  }

  queueOf(subscription: Subscription): DeliveryQueue {
    return new PostgresSubscriptionQueue(this.#db, subscription, this.#deps);
  }

  async counts({ id, events, sessions }: Subscription, nowMs: number): Promise<SubscriptionCounts> {
    const [row] = await this.#db.read<{ pending: number; oldestMs: number | null; deadLettered: number }>(
      sql`SELECT COUNT(*) AS pending, MIN(created_at_ms) AS "oldestMs",
            (SELECT COUNT(*) FROM dead_letters WHERE subscription_id = ${id}) AS "deadLettered"
          FROM (
            SELECT it.session_id, it.created_at_ms ${behind(id)}
            JOIN callbacks AS it ON it.session_id = sequences.session_id AND it.seq > COALESCE(at.seq, 0)
            WHERE ${isWanted(events, nowMs - QR_LIFE_MS)}
            UNION ALL SELECT it.session_id, it.created_at_ms ${behind(id)}
            JOIN further_events AS it ON it.session_id = sequences.session_id AND it.number > COALESCE(at.further, 0)
            WHERE it.kind = ANY(${furtherKindsOf(events)}::text[])) AS waiting
          WHERE ${sessions}::text[] IS NULL OR session_id = ANY(${sessions}::text[])`,
    );
    const { pending = 0, oldestMs = null, deadLettered = 0 } = row ?? {};
    const waitedMs = oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs);
    return { pending, deadLettered, oldestPendingSeconds: Math.floor(waitedMs / 1000) };
  }

  deadLetters(id: string, { after, limit }: Page): Promise<DeadLetter[]> {
    return this.#db.read<DeadLetter>(
      sql`SELECT id, webhook_id AS "webhookId", session_id AS "sessionId", kind, error, at_ms AS "atMs"
          FROM dead_letters WHERE subscription_id = ${id} AND id > ${after} ORDER BY id LIMIT ${limit}`,
    );
  }

  async letterOf(id: string, deadLetterId: number): Promise<PendingEvent | null | undefined> {
    const [letter] = await this.#db.read<{ kind: AnyEventKind }>(
      sql`SELECT kind FROM dead_letters WHERE subscription_id = ${id} AND id = ${deadLetterId}`,
    );
    if (!letter) return undefined;
    const [row] = await this.#db.read<Omit<PendingEvent, 'attempts' | 'firstFailedAtMs' | 'body'> & { body: Buffer }>(
      isFurther(letter.kind) ? furtherOf(deadLetterId) : callbackOf(deadLetterId),
    );
    const body = row ? readableJson(this.#deps.vault, eventBody(row), row.body) : null;
    return row && body !== null ? { ...row, body: tellable(body), attempts: 0, firstFailedAtMs: null } : null;
  }

  async removeDeadLetter(id: string, deadLetterId: number): Promise<boolean> {
    const removed = await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(sql`DELETE FROM dead_letters WHERE subscription_id = ${id} AND id = ${deadLetterId}`),
    );
    return removed === 1;
  }

  rewind(id: string, sessionId: SessionId, sinceMs: number): Promise<number> {
    return this.#db.write(sessionId, async (transaction) => {
      const since = await transaction.row<{ events: number; first: number | null; firstFurther: number | null }>(
        sql`SELECT COUNT(*) AS events, MIN(seq) AS first, MIN(number) AS "firstFurther" FROM (
              SELECT seq, NULL::bigint AS number FROM callbacks
              WHERE session_id = ${sessionId} AND created_at_ms >= ${sinceMs}
              UNION ALL SELECT NULL, number FROM further_events
              WHERE session_id = ${sessionId} AND created_at_ms >= ${sinceMs}) AS happened`,
      );
      const { events = 0, first = null, firstFurther = null } = since ?? {};
      if (events > 0) {
        // LEAST ignores what is NULL.
        await transaction.run(
          sql`UPDATE subscription_progress SET seq = LEAST(seq, ${first}::bigint - 1),
                further = LEAST(further, ${firstFurther}::bigint - 1), rewinds = rewinds + 1, attempts = 0,
                first_failed_at_ms = NULL
              WHERE subscription_id = ${id} AND session_id = ${sessionId}`,
        );
      }
      transaction.afterCommit(() => this.#deps.readySignal.notify([sessionId]));
      return events;
    });
  }

  /** Removes up to `limit` dead letters from before this moment, and as many places in sessions that are gone. */
  pruning(beforeMs: number, limit: number): Statement[] {
    return [
      sql`DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE at_ms < ${beforeMs} LIMIT ${limit})`,
      sql`DELETE FROM subscription_progress WHERE (subscription_id, session_id) IN (
            SELECT subscription_id, session_id FROM subscription_progress AS at
            WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.session_id = at.session_id)
              AND NOT EXISTS (SELECT 1 FROM callbacks WHERE callbacks.session_id = at.session_id)
              AND NOT EXISTS (SELECT 1 FROM further_events WHERE further_events.session_id = at.session_id)
            LIMIT ${limit})`,
    ];
  }

  async #write(...statements: Statement[]): Promise<void> {
    await this.#db.send(NO_SESSION, async (transaction) => {
      for (const statement of statements) void transaction.run(statement);
      await transaction.run(sql`UPDATE cluster SET settings_version = settings_version + 1`);
    });
  }

  #sealed(subscription: Subscription): Buffer {
    return this.#deps.vault.seal(subscriptionSpec(subscription.id), JSON.stringify(subscription));
  }

  #read({ id, spec, createdAtMs }: Row): Subscription | undefined {
    const cell = subscriptionSpec(id);
    const read = () => JSON.parse(this.#deps.vault.open(cell, spec)) as SubscriptionSpec;
    const value = { sessionId: COMMON, cell, stored: spec };
    const readable = this.#deps.damaged.readable(value, read, removal(id));
    return readable && { ...readable, id, createdAtMs };
  }
}

function removal(id: string): Statement {
  return sql`DELETE FROM subscriptions WHERE subscription_id = ${id}`;
}

function behind(id: string): Fragment {
  return fragment`FROM sequences
    LEFT JOIN subscription_progress AS at ON at.subscription_id = ${id} AND at.session_id = sequences.session_id`;
}

/** The callback of a dead letter. */
function callbackOf(deadLetterId: number): Statement {
  return sql`SELECT it.id, it.webhook_id AS "webhookId", it.session_id AS "sessionId", it.seq, it.kind, it.body,
      it.created_at_ms AS "createdAtMs"
    FROM dead_letters AS dead JOIN callbacks AS it ON it.webhook_id = dead.webhook_id WHERE dead.id = ${deadLetterId}`;
}

/** The further event of a dead letter. */
function furtherOf(deadLetterId: number): Statement {
  return sql`SELECT -it.number AS id, it.webhook_id AS "webhookId", it.session_id AS "sessionId", NULL::bigint AS seq, it.kind,
      it.body, it.created_at_ms AS "createdAtMs"
    FROM dead_letters AS dead
    JOIN further_events AS it ON it.session_id = dead.session_id AND it.webhook_id = dead.webhook_id
    WHERE dead.id = ${deadLetterId}`;
}
