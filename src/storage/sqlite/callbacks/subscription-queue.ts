import { furtherKindsOf } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Subscription } from '../../../domain/subscription.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { DeliveryQueue, PendingEvent } from '../../../ports/callbacks.ts';
import { type ReadySignal, subscribeToBoth } from '../../shared/callbacks/ready-signal.ts';
import { UnrecordedDeliveries } from '../../shared/callbacks/unrecorded-deliveries.ts';
import { QR_LIFE_MS, wantsSession, WORTH_STORING } from '../../shared/callbacks/wanted.ts';
import { eventBody } from '../../shared/encryption/cell-address.ts';
import { readableJson, type Vault } from '../../shared/encryption/vault.ts';
import { tellable } from '../../shared/tellable.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { SqliteHeldCallbacks } from './held-callbacks.ts';

/** The dependencies of {@link SqliteSubscriptionQueue}. */
export interface SubscriptionQueueDeps {
  clock: Clock;
  readySignal: ReadySignal;
  furtherSignal: ReadySignal;
  held: Pick<SqliteHeldCallbacks, 'holds'>;
  vault: Vault;
  damaged: SqliteDamagedValues;
  sql: SubscriptionQueueSql;
}

/** The next event of a session. */
interface Next extends PendingEvent {
  holdUntilMs: number | null;
}

const NOTHING = { seq: 0, further: 0, attempts: 0, firstFailedAtMs: null, rewinds: 0, distance: 0 };

/**
 * What one subscription has to receive: the stored callbacks behind the last that it has passed, in each session, and the further events
 * between them.
 */
export class SqliteSubscriptionQueue implements DeliveryQueue {
  readonly #db: Database;
  readonly #deps: SubscriptionQueueDeps;
  readonly #subscription: Subscription;
  readonly #kinds: string | null;
  readonly #further: string;
  readonly #unrecorded = new UnrecordedDeliveries();
  /** How often each session had been rewound when its current event was read. */
  readonly #rewinds = new Map<SessionId, number>();
  readonly #giveUp: (callback: PendingEvent, error: string, atMs: number) => void;

  constructor(db: Database, subscription: Subscription, deps: SubscriptionQueueDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#subscription = subscription;
    this.#kinds = subscription.events && JSON.stringify(subscription.events);
    this.#further = JSON.stringify(furtherKindsOf(subscription.events));
    this.#giveUp = db.transaction((callback: PendingEvent, error: string, atMs: number) => {
      if (this.#pass(callback) === 0) return;
      const { webhookId, sessionId, kind } = callback;
      this.#deps.sql.addDeadLetter.run({ ...{ id: subscription.id, webhookId, sessionId, kind }, error, atMs });
    });
  }

  onReady(listener: (sessionId: SessionId) => void): () => void {
    const { readySignal, furtherSignal } = this.#deps;
    return subscribeToBoth(readySignal, furtherSignal, (sessionId) => {
      if (wantsSession(this.#subscription, sessionId)) listener(sessionId);
    });
  }

  /** Nobody asks for an attempt: a person retries dead letters, which are not in the queue. */
  onRetry(): () => void {
    return () => undefined;
  }

  sessionsWithPending(): Promise<SessionId[]> {
    return this.#db.read(() => {
      const rows = this.#deps.sql.behind.all(this.#subscription.id);
      return rows.map(({ sessionId }) => sessionId).filter((sessionId) => wantsSession(this.#subscription, sessionId));
    });
  }

  /** What cannot be read becomes a dead letter, and the next one is returned. */
  async next(sessionId: SessionId): Promise<PendingEvent | undefined> {
    for (;;) {
      const { row, distance } = await this.#db.readCommitted(() => this.#read(sessionId));
      if (row === undefined) return this.#skipUnwanted(sessionId, distance);
      const { holdUntilMs, ...callback } = row;
      if (holdUntilMs !== null && this.#deps.held.holds(row)) return undefined;
      const cell = eventBody(row);
      const body = readableJson(this.#deps.vault, cell, row.body);
      if (body !== null) return { ...callback, body: tellable(body) };
      // A damaged callback is set aside by the queue of the main backend.
      if (row.seq === null) this.#deps.damaged.damaged({ sessionId, cell, stored: row.body });
      await this.dead(callback, 'its stored content is damaged', this.#deps.clock.now());
    }
  }

  /** Recorded by a deferred write, as for the main backend. */
  delivered(callback: PendingEvent): Promise<void> {
    const { sessionId, id } = callback;
    const remember = () => this.#unrecorded.add(sessionId, id);
    // The session may be rewound before the write.
    const rewinds = this.#rewinds.get(sessionId);
    remember();
    return this.#db.writeLater({
      write: () => {
        this.#pass(callback, rewinds);
        this.#unrecorded.remove(sessionId, id);
      },
      undone: remember,
    });
  }

  failed({ sessionId }: PendingEvent, _error: string, atMs: number): Promise<void> {
    return this.#db.write(() => {
      this.#deps.sql.failed.run({ id: this.#subscription.id, sessionId, atMs });
    });
  }

  unconfirmed(callback: PendingEvent, error: string, atMs: number): Promise<void> {
    return this.failed(callback, error, atMs);
  }

  dead(callback: PendingEvent, error: string, atMs: number): Promise<void> {
    return this.#db.write(() => this.#giveUp(callback, error, atMs));
  }

  /** Events of subscriptions have no substitutes. */
  substitute(callback: PendingEvent): Promise<void> {
    return this.unwanted(callback);
  }

  unwanted(callback: PendingEvent): Promise<void> {
    return this.#db.write(() => {
      this.#pass(callback);
    });
  }

  /** The next event, and how far the session is ahead of what is stored of the subscription. */
  #read(sessionId: SessionId): { row: Next | undefined; distance: number } {
    const { id } = this.#subscription;
    const { sql, clock } = this.#deps;
    const progress = sql.progress.get({ id, sessionId }) ?? NOTHING;
    this.#rewinds.set(sessionId, progress.rewinds);
    const row = sql.next.get({
      ...{ sessionId, after: progress.seq, kinds: this.#kinds, qrSinceMs: clock.now() - QR_LIFE_MS },
      ...{ afterFurther: progress.further, further: this.#further },
      unrecorded: JSON.stringify([...(this.#unrecorded.of(sessionId) ?? [])]),
    });
    const { attempts, firstFailedAtMs, distance } = progress;
    return { row: row && { ...row, attempts, firstFailedAtMs }, distance };
  }

  /** Otherwise it would look at the same unwanted events each time. */
  async #skipUnwanted(sessionId: SessionId, distance: number): Promise<undefined> {
    const { sql } = this.#deps;
    const { id } = this.#subscription;
    if (this.#unrecorded.of(sessionId) || distance < WORTH_STORING) return;
    await this.#db.write(() => {
      if (this.#read(sessionId).row === undefined) sql.passAll.run({ id, sessionId });
    });
  }

  /** Returns 0 when it had not to be passed: the row has become another event, or the session was rewound since. */
  #pass({ id: eventId, seq, webhookId, sessionId }: PendingEvent, rewinds = this.#rewinds.get(sessionId) ?? 0): number {
    const { pass, passFurther } = this.#deps.sql;
    const { id } = this.#subscription;
    return (seq === null ? passFurther : pass).run({ id, sessionId, eventId, webhookId, rewinds }).changes;
  }
}

/** The statements of all queues. */
export type SubscriptionQueueSql = ReturnType<typeof prepareQueue>;

/** A session that is known to a subscription. */
interface Place {
  id: string;
  sessionId: SessionId;
}

/** What a queue looks for behind a place; lists are JSON. */
interface Wanted {
  sessionId: SessionId;
  after: number;
  kinds: string | null;
  qrSinceMs: number;
  afterFurther: number;
  further: string;
  unrecorded: string;
}

/** An event that is passed, unless the session was rewound since it was read. */
interface Passing extends Place {
  eventId: number;
  webhookId: string;
  rewinds: number;
}

/** The condition of an event that a subscription receives: a QR only while nothing has outdated it. */
export const IS_WANTED = `(@kinds IS NULL OR kind IN (SELECT value FROM json_each(@kinds)))
  AND (kind <> 'qr-update' OR (created_at_ms > @qrSinceMs AND NOT EXISTS (
    SELECT 1 FROM callbacks AS newer
    WHERE newer.session_id = it.session_id AND newer.seq > it.seq AND newer.kind = 'qr-update')))`;

/** Prepares them once for all queues. */
export function prepareQueue(db: Database) {
  return { ...prepareReads(db), ...prepareWrites(db) };
}

function prepareReads(db: Database) {
  return {
    progress: db.prepare<[Place], typeof NOTHING & { firstFailedAtMs: number | null }>(
      `SELECT COALESCE(seq, 0) AS seq, COALESCE(further, 0) AS further, COALESCE(attempts, 0) AS attempts,
         first_failed_at_ms AS firstFailedAtMs, COALESCE(rewinds, 0) AS rewinds,
         last_seq - COALESCE(seq, 0) + last_further - COALESCE(further, 0) AS distance
       FROM sequences LEFT JOIN subscription_progress AS at
         ON subscription_id = @id AND at.session_id = sequences.session_id
       WHERE sequences.session_id = @sessionId`,
    ),
    next: db.prepare<[Wanted], Next>(
      `SELECT id, webhookId, sessionId, seq, kind, body, createdAtMs, holdUntilMs FROM (SELECT * FROM (
         SELECT id, webhook_id AS webhookId, session_id AS sessionId, seq, kind, body, created_at_ms AS createdAtMs,
           hold_until_ms AS holdUntilMs, seq AS place
         FROM callbacks AS it WHERE session_id = @sessionId AND seq > @after AND ${IS_WANTED}
           AND id NOT IN (SELECT value FROM json_each(@unrecorded)) ORDER BY seq LIMIT 1)
       UNION ALL
       SELECT * FROM (
         SELECT -number, webhook_id, session_id, NULL, kind, body, created_at_ms, NULL, after_seq + 0.5
         FROM further_events WHERE session_id = @sessionId AND number > @afterFurther
           AND kind IN (SELECT value FROM json_each(@further))
           AND -number NOT IN (SELECT value FROM json_each(@unrecorded)) ORDER BY number LIMIT 1))
       ORDER BY place LIMIT 1`,
    ),
    behind: db.prepare<[string], { sessionId: SessionId }>(
      `SELECT sequences.session_id AS sessionId FROM sequences
       LEFT JOIN subscription_progress AS at ON subscription_id = ? AND at.session_id = sequences.session_id
       WHERE sequences.session_id <> '' AND (last_seq > COALESCE(at.seq, 0) OR last_further > COALESCE(at.further, 0))`,
    ),
  };
}

function prepareWrites(db: Database) {
  return {
    passAll: db.prepare<[Place]>(
      `INSERT INTO subscription_progress (subscription_id, session_id, seq, further)
       SELECT subscription_id, session_id, last_seq, last_further FROM subscriptions, sequences
       WHERE subscription_id = @id AND session_id = @sessionId
       ON CONFLICT DO UPDATE SET seq = MAX(seq, excluded.seq), further = MAX(further, excluded.further)`,
    ),
    pass: db.prepare<[Passing]>(
      `INSERT INTO subscription_progress (subscription_id, session_id, seq)
       SELECT @id, session_id, seq FROM callbacks WHERE id = @eventId AND webhook_id = @webhookId
         AND EXISTS (SELECT 1 FROM subscriptions WHERE subscription_id = @id)
       ON CONFLICT DO UPDATE SET seq = excluded.seq, attempts = 0, first_failed_at_ms = NULL
         WHERE excluded.seq > seq AND rewinds = @rewinds`,
    ),
    passFurther: db.prepare<[Passing]>(
      `INSERT INTO subscription_progress (subscription_id, session_id, further)
       SELECT @id, session_id, number FROM further_events
       WHERE session_id = @sessionId AND number = -@eventId AND webhook_id = @webhookId
         AND EXISTS (SELECT 1 FROM subscriptions WHERE subscription_id = @id)
       ON CONFLICT DO UPDATE SET further = excluded.further, attempts = 0, first_failed_at_ms = NULL
         WHERE excluded.further > further AND rewinds = @rewinds`,
    ),
    failed: db.prepare<[Place & { atMs: number }]>(
      `INSERT INTO subscription_progress (subscription_id, session_id, attempts, first_failed_at_ms)
       SELECT @id, @sessionId, 1, @atMs FROM subscriptions WHERE subscription_id = @id
       ON CONFLICT DO UPDATE SET attempts = attempts + 1, first_failed_at_ms = COALESCE(first_failed_at_ms, @atMs)`,
    ),
    addDeadLetter: db.prepare<[Place & { webhookId: string; kind: string; error: string; atMs: number }]>(
      `INSERT INTO dead_letters (subscription_id, session_id, webhook_id, kind, error, at_ms)
       VALUES (@id, @sessionId, @webhookId, @kind, @error, @atMs)`,
    ),
  };
}
