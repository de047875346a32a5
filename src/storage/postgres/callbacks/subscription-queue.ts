import { type AnyEventKind, furtherKindsOf } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Subscription } from '../../../domain/subscription.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { DeliveryQueue, PendingEvent } from '../../../ports/callbacks.ts';
import { type ReadySignal, subscribeToBoth } from '../../shared/callbacks/ready-signal.ts';
import { UnrecordedDeliveries } from '../../shared/callbacks/unrecorded-deliveries.ts';
import { QR_LIFE_MS, wantsSession, WORTH_STORING } from '../../shared/callbacks/wanted.ts';
import { eventBody } from '../../shared/encryption/cell-address.ts';
import { tellable } from '../../shared/tellable.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Holding, isOwned } from '../cluster/holding.ts';
import type { Database } from '../database.ts';
import { type PostgresVault, readableJson } from '../encryption/vault.ts';
import { fragment, type Fragment, sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import type { PostgresHeldCallbacks } from './held-callbacks.ts';

/** The dependencies of {@link PostgresSubscriptionQueue}. */
export interface SubscriptionQueueDeps {
  clock: Clock;
  readySignal: ReadySignal;
  furtherSignal: ReadySignal;
  held: Pick<PostgresHeldCallbacks, 'holds'>;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
  holding: Holding;
}

/** How far a session is ahead of what is stored of the subscription, and how often it was rewound. */
interface State {
  distance: number;
  rewinds: number;
}

/** The next event of a session, if there is one. */
interface Next extends Omit<PendingEvent, 'body'>, State {
  body: Buffer;
  holdUntilMs: number | null;
}

/**
 * What one subscription has to receive: the stored callbacks behind the last that it has passed, in each session, and the further events
 * between them.
 */
export class PostgresSubscriptionQueue implements DeliveryQueue {
  readonly #db: Database;
  readonly #deps: SubscriptionQueueDeps;
  readonly #subscription: Subscription;
  readonly #unrecorded = new UnrecordedDeliveries();
  /** How often each session had been rewound when its current event was read. */
  readonly #rewinds = new Map<SessionId, number>();

  constructor(db: Database, subscription: Subscription, deps: SubscriptionQueueDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#subscription = subscription;
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

  async sessionsWithPending(): Promise<SessionId[]> {
    const rows = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT session_id AS "sessionId" FROM
            (SELECT sequences.session_id FROM sequences
             LEFT JOIN subscription_progress AS at
               ON subscription_id = ${this.#subscription.id} AND at.session_id = sequences.session_id
             WHERE last_seq > COALESCE(at.seq, 0) OR last_further > COALESCE(at.further, 0)) AS behind
          WHERE ${isOwned(this.#deps.holding)}`,
    );
    return rows.map(({ sessionId }) => sessionId).filter((sessionId) => wantsSession(this.#subscription, sessionId));
  }

  /** What cannot be read becomes a dead letter, and the next one is returned. */
  async next(sessionId: SessionId): Promise<PendingEvent | undefined> {
    for (;;) {
      const readAtMs = this.#deps.clock.now();
      const [row] = await this.#db.readCommitted<Next | (State & { id: null })>(this.#nextOf(sessionId));
      if (row === undefined) return undefined;
      const { distance, rewinds, ...found } = row;
      if (found.id === null) return this.#skipUnwanted(sessionId, distance);
      const { holdUntilMs, ...callback } = found;
      this.#rewinds.set(sessionId, rewinds);
      if (holdUntilMs !== null && this.#deps.held.holds(found, readAtMs)) return undefined;
      const cell = eventBody(found);
      const body = readableJson(this.#deps.vault, cell, found.body);
      if (body !== null) return { ...callback, body: tellable(body) };
      // A damaged callback is set aside by the queue of the main backend.
      if (found.seq === null) this.#deps.damaged.damaged({ sessionId, cell, stored: found.body });
      await this.dead({ ...callback, body: '' }, 'its stored content is damaged', this.#deps.clock.now());
    }
  }

  /** Recorded by a deferred write, as for the main backend. */
  delivered(callback: PendingEvent): Promise<void> {
    const { sessionId, id } = callback;
    const remember = () => this.#unrecorded.add(sessionId, id);
    const forget = () => this.#unrecorded.remove(sessionId, id);
    const pass = this.#passing(callback);
    remember();
    return this.#db.writeLater({
      of: sessionId,
      write: (transaction) => {
        transaction.afterCommit(forget);
        return transaction.run(pass);
      },
      undone: remember,
      lost: forget,
    });
  }

  async failed({ sessionId }: PendingEvent, _error: string, atMs: number): Promise<void> {
    await this.#db.send(sessionId, (transaction) =>
      transaction.run(
        sql`INSERT INTO subscription_progress (subscription_id, session_id, attempts, first_failed_at_ms)
            SELECT subscription_id, ${sessionId}, 1, ${atMs}::bigint FROM subscriptions
            WHERE subscription_id = ${this.#subscription.id}
            ON CONFLICT (subscription_id, session_id) DO UPDATE SET attempts = subscription_progress.attempts + 1,
              first_failed_at_ms = COALESCE(subscription_progress.first_failed_at_ms, excluded.first_failed_at_ms)`,
      ),
    );
  }

  unconfirmed(callback: PendingEvent, error: string, atMs: number): Promise<void> {
    return this.failed(callback, error, atMs);
  }

  async dead(callback: PendingEvent, error: string, atMs: number): Promise<void> {
    const { sessionId, webhookId, kind } = callback;
    const pass = this.#passing(callback);
    await this.#db.write(sessionId, async (transaction: Transaction) => {
      if ((await transaction.run(pass)) === 0) return;
      await transaction.run(
        sql`INSERT INTO dead_letters (subscription_id, session_id, webhook_id, kind, error, at_ms)
            VALUES (${this.#subscription.id}, ${sessionId}, ${webhookId}, ${kind}, ${error}, ${atMs})`,
      );
    });
  }

  /** Events of subscriptions have no substitutes. */
  substitute(callback: PendingEvent): Promise<void> {
    return this.unwanted(callback);
  }

  async unwanted(callback: PendingEvent): Promise<void> {
    const pass = this.#passing(callback);
    await this.#db.send(callback.sessionId, (transaction) => transaction.run(pass));
  }

  #nextOf(sessionId: SessionId): Statement {
    const { id, events } = this.#subscription;
    const qrSinceMs = this.#deps.clock.now() - QR_LIFE_MS;
    const unrecorded = [...(this.#unrecorded.of(sessionId) ?? [])];
    return sql`SELECT it.*, asked.session_id AS "sessionId", COALESCE(at.attempts, 0) AS attempts,
        at.first_failed_at_ms AS "firstFailedAtMs", COALESCE(rewinds, 0) AS rewinds,
        last_seq - COALESCE(at.seq, 0) + last_further - COALESCE(at.further, 0) AS distance
      FROM sequences AS asked
      LEFT JOIN subscription_progress AS at ON at.subscription_id = ${id} AND at.session_id = asked.session_id
      LEFT JOIN LATERAL (
        SELECT id, "webhookId", seq, kind, body, "createdAtMs", "holdUntilMs" FROM (
          (SELECT id, webhook_id AS "webhookId", seq, kind, body, created_at_ms AS "createdAtMs",
              hold_until_ms AS "holdUntilMs", seq AS after, 0 AS rank
            FROM callbacks AS it
            WHERE it.session_id = asked.session_id AND it.seq > COALESCE(at.seq, 0) AND ${isWanted(events, qrSinceMs)}
              AND it.id <> ALL(${unrecorded}::bigint[])
            ORDER BY it.seq LIMIT 1)
          UNION ALL
          (SELECT -number, webhook_id, NULL, kind, body, created_at_ms, NULL, after_seq, 1 FROM further_events AS it
            WHERE it.session_id = asked.session_id AND number > COALESCE(at.further, 0)
              AND kind = ANY(${furtherKindsOf(events)}::text[]) AND -number <> ALL(${unrecorded}::bigint[])
            ORDER BY number LIMIT 1)) AS both_kinds
        ORDER BY after, rank LIMIT 1) AS it ON TRUE
      WHERE asked.session_id = ${sessionId}`;
  }

  /** Otherwise it would look at the same unwanted events each time. */
  async #skipUnwanted(sessionId: SessionId, distance: number): Promise<undefined> {
    const { id } = this.#subscription;
    if (this.#unrecorded.of(sessionId) || distance < WORTH_STORING) return;
    await this.#db.write(sessionId, async (transaction) => {
      if ((await transaction.row<{ id: number | null }>(this.#nextOf(sessionId)))?.id !== null) return;
      await transaction.run(
        sql`INSERT INTO subscription_progress (subscription_id, session_id, seq, further)
            SELECT subscription_id, session_id, last_seq, last_further FROM subscriptions, sequences
            WHERE subscription_id = ${id} AND session_id = ${sessionId}
            ON CONFLICT (subscription_id, session_id) DO UPDATE
              SET seq = GREATEST(subscription_progress.seq, excluded.seq),
                further = GREATEST(subscription_progress.further, excluded.further)`,
      );
    });
  }

  /** Changes nothing when it had not to be passed: the row has become another event, or the session was rewound since. */
  #passing({ id: eventId, seq, webhookId, sessionId }: PendingEvent): Statement {
    const rewinds = this.#rewinds.get(sessionId) ?? 0;
    if (seq === null) {
      return sql`INSERT INTO subscription_progress (subscription_id, session_id, further)
        SELECT subscription_id, session_id, number FROM subscriptions, further_events
        WHERE subscription_id = ${this.#subscription.id} AND session_id = ${sessionId} AND number = ${-eventId}
          AND webhook_id = ${webhookId}
        ON CONFLICT (subscription_id, session_id) DO UPDATE
          SET further = excluded.further, attempts = 0, first_failed_at_ms = NULL
          WHERE excluded.further > subscription_progress.further AND subscription_progress.rewinds = ${rewinds}`;
    }
    return sql`INSERT INTO subscription_progress (subscription_id, session_id, seq)
      SELECT subscription_id, callbacks.session_id, seq FROM subscriptions, callbacks
      WHERE subscription_id = ${this.#subscription.id} AND id = ${eventId} AND webhook_id = ${webhookId}
      ON CONFLICT (subscription_id, session_id) DO UPDATE SET seq = excluded.seq, attempts = 0, first_failed_at_ms = NULL
        WHERE excluded.seq > subscription_progress.seq AND subscription_progress.rewinds = ${rewinds}`;
  }
}

/** The condition of an event, as `it`, that a subscription receives: a QR only while nothing has outdated it. */
export function isWanted(events: readonly AnyEventKind[] | null, qrSinceMs: number): Fragment {
  return fragment`(${events}::text[] IS NULL OR it.kind = ANY(${events}::text[]))
    AND (it.kind <> 'qr-update' OR (it.created_at_ms > ${qrSinceMs} AND NOT EXISTS (
      SELECT 1 FROM callbacks AS newer
      WHERE newer.session_id = it.session_id AND newer.seq > it.seq AND newer.kind = 'qr-update')))`;
}
