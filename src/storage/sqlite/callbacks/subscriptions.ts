import { type AnyEventKind, furtherKindsOf, isFurther } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { DeadLetter, Subscription, SubscriptionCounts, SubscriptionSpec } from '../../../domain/subscription.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { DeliveryQueue, Page, PendingEvent } from '../../../ports/callbacks.ts';
import type { SubscriptionStore } from '../../../ports/subscriptions.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { QR_LIFE_MS } from '../../shared/callbacks/wanted.ts';
import { COMMON, eventBody, subscriptionSpec } from '../../shared/encryption/cell-address.ts';
import { readableJson, type Vault } from '../../shared/encryption/vault.ts';
import { tellable } from '../../shared/tellable.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { SqliteHeldCallbacks } from './held-callbacks.ts';
import { IS_WANTED, prepareQueue, SqliteSubscriptionQueue, type SubscriptionQueueSql } from './subscription-queue.ts';

/** The dependencies of {@link SqliteSubscriptionStore}. */
export interface SubscriptionStoreDeps {
  clock: Clock;
  readySignal: ReadySignal;
  furtherSignal: ReadySignal;
  held: Pick<SqliteHeldCallbacks, 'holds'>;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** A row of `subscriptions`. */
interface Row {
  id: string;
  spec: string;
  createdAtMs: number;
}

/** The event of a dead letter. */
type LetterContent = Omit<PendingEvent, 'attempts' | 'firstFailedAtMs'>;

/** What happened in a session from a moment on (Unix ms). */
interface Since {
  sessionId: SessionId;
  sinceMs: number;
}

/** How many events that are, and the number of the first. */
interface Found {
  events: number;
  first: number | null;
}

/** The subscriptions, and how far each has come. */
export class SqliteSubscriptionStore implements SubscriptionStore {
  readonly #db: Database;
  readonly #deps: SubscriptionStoreDeps;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #queueSql: SubscriptionQueueSql;
  readonly #add: (row: Row) => void;
  readonly #remove: (id: string) => void;

  constructor(db: Database, deps: SubscriptionStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
    this.#queueSql = prepareQueue(db);
    this.#add = db.transaction((row: Row) => {
      this.#sql.add.run(row);
      this.#sql.beginNow.run(row.id);
    });
    this.#remove = db.transaction((id: string) => {
      for (const statement of [this.#sql.removeSpec, ...this.#sql.removePlaces]) statement.run(id);
    });
  }

  /** A subscription whose row was changed from outside is set aside; the others go on. */
  all(): Promise<Subscription[]> {
    return this.#db.read(() => this.#sql.all.all().flatMap((row) => this.#read(row) ?? []));
  }

  add(subscription: Subscription): Promise<void> {
    return this.#db.write(() => this.#add(this.#rowOf(subscription)));
  }

  change(subscription: Subscription): Promise<void> {
    return this.#db.write(() => {
      this.#sql.change.run(this.#rowOf(subscription));
    });
  }

  remove(id: string): Promise<void> {
    return this.#db.write(() => this.#remove(id));
  }

  queueOf(subscription: Subscription): DeliveryQueue {
    return new SqliteSubscriptionQueue(this.#db, subscription, { ...this.#deps, sql: this.#queueSql });
  }

  counts({ id, events, sessions }: Subscription, nowMs: number): Promise<SubscriptionCounts> {
    return this.#db.read(() => {
      const kinds = events && JSON.stringify(events);
      const among = sessions && JSON.stringify(sessions);
      const further = JSON.stringify(furtherKindsOf(events));
      const row = this.#sql.pending.get({ id, kinds, further, among, qrSinceMs: nowMs - QR_LIFE_MS });
      const { pending, oldestMs } = row ?? { pending: 0, oldestMs: null };
      const waitedMs = oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs);
      const deadLettered = this.#sql.countDead.get(id) ?? 0;
      return { pending, deadLettered, oldestPendingSeconds: Math.floor(waitedMs / 1000) };
    });
  }

  deadLetters(id: string, { after, limit }: Page): Promise<DeadLetter[]> {
    return this.#db.read(() => this.#sql.deadLetters.all(id, after, limit));
  }

  letterOf(id: string, deadLetterId: number): Promise<PendingEvent | null | undefined> {
    return this.#db.read(() => {
      const kind = this.#sql.deadLetter.get(id, deadLetterId);
      if (kind === undefined) return undefined;
      const row = (isFurther(kind) ? this.#sql.further : this.#sql.callback).get(deadLetterId);
      const body = row && readableJson(this.#deps.vault, eventBody(row), row.body);
      return row && typeof body === 'string'
        ? { ...row, body: tellable(body), attempts: 0, firstFailedAtMs: null }
        : null;
    });
  }

  removeDeadLetter(id: string, deadLetterId: number): Promise<boolean> {
    return this.#db.write(() => this.#sql.removeDeadLetter.run(id, deadLetterId).changes === 1);
  }

  async rewind(id: string, sessionId: SessionId, sinceMs: number): Promise<number> {
    const count = await this.#db.write(() => {
      const since = { sessionId, sinceMs };
      const { events = 0, first = null } = this.#sql.since.get(since) ?? {};
      const { events: furtherEvents = 0, first: firstFurther = null } = this.#sql.furtherSince.get(since) ?? {};
      if (events + furtherEvents > 0) this.#sql.rewind.run({ id, sessionId, first, firstFurther });
      return events + furtherEvents;
    });
    // Not before the commit, with which the deliveries are recorded that were accepted until now.
    this.#deps.readySignal.notify([sessionId]);
    return count;
  }

  /** Removes up to `limit` dead letters from before this moment, and as many places in sessions that are gone. */
  pruning(beforeMs: number) {
    return [
      (limit: number) => this.#sql.pruneDead.run(beforeMs, limit).changes === limit,
      (limit: number) => this.#sql.prunePlaces.run(limit).changes === limit,
    ];
  }

  #rowOf(subscription: Subscription): Row {
    const { id, createdAtMs } = subscription;
    return { id, spec: this.#deps.vault.seal(subscriptionSpec(id), JSON.stringify(subscription)), createdAtMs };
  }

  #read({ id, spec, createdAtMs }: Row): Subscription | undefined {
    const cell = subscriptionSpec(id);
    const read = () => JSON.parse(this.#deps.vault.open(cell, spec)) as SubscriptionSpec;
    const value = { sessionId: COMMON, cell, stored: spec };
    const readable = this.#deps.damaged.readable(value, read, () => this.#sql.removeSpec.run(id));
    return readable && { ...readable, id, createdAtMs };
  }
}

const BEHIND = `FROM sequences LEFT JOIN subscription_progress AS at
  ON subscription_id = @id AND at.session_id = sequences.session_id`;

function prepare(db: Database) {
  return { ...prepareSpecs(db), ...prepareLetters(db), ...prepareReplay(db) };
}

function prepareSpecs(db: Database) {
  return {
    all: db.prepare<[], Row>(
      `SELECT subscription_id AS id, spec, created_at_ms AS createdAtMs FROM subscriptions
       ORDER BY created_at_ms, subscription_id`,
    ),
    add: db.prepare<[Row]>(
      'INSERT INTO subscriptions (subscription_id, spec, created_at_ms) VALUES (@id, @spec, @createdAtMs)',
    ),
    beginNow: db.prepare<[string]>(
      `INSERT INTO subscription_progress (subscription_id, session_id, seq, further)
       SELECT ?, session_id, last_seq, last_further FROM sequences WHERE session_id <> ''`,
    ),
    change: db.prepare<[Row]>('UPDATE subscriptions SET spec = @spec WHERE subscription_id = @id'),
    removeSpec: db.prepare<[string]>('DELETE FROM subscriptions WHERE subscription_id = ?'),
    removePlaces: ['subscription_progress', 'dead_letters'].map((table) =>
      db.prepare<[string]>(`DELETE FROM ${table} WHERE subscription_id = ?`),
    ),
    pending: db.prepare<
      [{ id: string; kinds: string | null; further: string; among: string | null; qrSinceMs: number }],
      { pending: number; oldestMs: number | null }
    >(
      `SELECT COUNT(*) AS pending, MIN(createdAtMs) AS oldestMs FROM (
         SELECT it.session_id AS sessionId, created_at_ms AS createdAtMs ${BEHIND}
           JOIN callbacks AS it ON it.session_id = sequences.session_id AND it.seq > COALESCE(at.seq, 0)
         WHERE ${IS_WANTED}
         UNION ALL SELECT it.session_id, created_at_ms ${BEHIND}
           JOIN further_events AS it ON it.session_id = sequences.session_id AND number > COALESCE(at.further, 0)
         WHERE kind IN (SELECT value FROM json_each(@further)))
       WHERE @among IS NULL OR sessionId IN (SELECT value FROM json_each(@among))`,
    ),
  };
}

function prepareLetters(db: Database) {
  return {
    countDead: db.prepare<[string], number>('SELECT COUNT(*) FROM dead_letters WHERE subscription_id = ?').pluck(),
    deadLetters: db.prepare<[string, number, number], DeadLetter>(
      `SELECT id, webhook_id AS webhookId, session_id AS sessionId, kind, error, at_ms AS atMs FROM dead_letters
       WHERE subscription_id = ? AND id > ? ORDER BY id LIMIT ?`,
    ),
    deadLetter: db
      .prepare<[string, number], AnyEventKind>('SELECT kind FROM dead_letters WHERE subscription_id = ? AND id = ?')
      .pluck(),
    callback: db.prepare<[number], LetterContent>(
      `SELECT it.id, it.webhook_id AS webhookId, it.session_id AS sessionId, it.seq, it.kind, it.body,
         it.created_at_ms AS createdAtMs
       FROM dead_letters JOIN callbacks AS it ON it.webhook_id = dead_letters.webhook_id WHERE dead_letters.id = ?`,
    ),
    further: db.prepare<[number], LetterContent>(
      `SELECT -number AS id, it.webhook_id AS webhookId, it.session_id AS sessionId, NULL AS seq, it.kind, it.body,
         it.created_at_ms AS createdAtMs
       FROM dead_letters JOIN further_events AS it
         ON it.session_id = dead_letters.session_id AND it.webhook_id = dead_letters.webhook_id
       WHERE dead_letters.id = ?`,
    ),
    removeDeadLetter: db.prepare<[string, number]>('DELETE FROM dead_letters WHERE subscription_id = ? AND id = ?'),
    pruneDead: db.prepare<[number, number]>(
      'DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE at_ms < ? LIMIT ?)',
    ),
  };
}

function prepareReplay(db: Database) {
  return {
    since: db.prepare<[Since], Found>(
      `SELECT COUNT(*) AS events, MIN(seq) AS first FROM callbacks
       WHERE session_id = @sessionId AND created_at_ms >= @sinceMs`,
    ),
    furtherSince: db.prepare<[Since], Found>(
      `SELECT COUNT(*) AS events, MIN(number) AS first FROM further_events
       WHERE session_id = @sessionId AND created_at_ms >= @sinceMs`,
    ),
    rewind: db.prepare<[{ id: string; sessionId: SessionId; first: number | null; firstFurther: number | null }]>(
      `UPDATE subscription_progress SET seq = MIN(seq, COALESCE(@first - 1, seq)),
         further = MIN(further, COALESCE(@firstFurther - 1, further)),
         rewinds = rewinds + 1, attempts = 0, first_failed_at_ms = NULL
       WHERE subscription_id = @id AND session_id = @sessionId`,
    ),
    prunePlaces: db.prepare<[number]>(
      `DELETE FROM subscription_progress WHERE (subscription_id, session_id) IN (
         SELECT subscription_id, session_id FROM subscription_progress AS at
         WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.session_id = at.session_id)
           AND NOT EXISTS (SELECT 1 FROM callbacks WHERE callbacks.session_id = at.session_id)
           AND NOT EXISTS (SELECT 1 FROM further_events WHERE further_events.session_id = at.session_id) LIMIT ?)`,
    ),
  };
}
