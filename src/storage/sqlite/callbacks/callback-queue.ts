import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CallbackCounts, CallbackQueue, PendingCallback } from '../../../ports/callbacks.ts';
import type { FreshCallbacks } from '../../shared/callbacks/fresh-callbacks.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { readableJson, type Vault } from '../../shared/encryption/vault.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import { tellable } from '../../shared/tellable.ts';
import type { Database } from '../database.ts';
import type { PrunePiece } from '../prune.ts';
import type { TimelineNote } from '../../../domain/timeline.ts';
import type { SqliteTimeline } from '../sessions/timeline.ts';
import { type Awaited, isAwaited } from './awaited-events.ts';
import type { SqliteHeldCallbacks } from './held-callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { UnrecordedDeliveries } from '../../shared/callbacks/unrecorded-deliveries.ts';
import { isPlain, PENDING_ROW, pendingCallback, type PendingRow } from './pending-row.ts';
import type { WaitingQrs } from './waiting-qrs.ts';

/** The final state of a callback. */
interface Settlement {
  id: number;
  webhookId: string;
  state: 'delivered' | 'dead' | 'unwanted';
  error: string | null;
  atMs: number;
}

/** A failed attempt. */
interface Failure {
  error: string;
  atMs: number;
}

/** A callback that its substitute replaces. */
interface Substitution extends Pick<PendingCallback, 'id' | 'webhookId' | 'sessionId'> {
  note: TimelineNote;
}

/** The dependencies of {@link SqliteCallbackQueue}. */
export interface CallbackQueueDeps {
  clock: Clock;
  readySignal: ReadySignal;
  retrySignal: ReadySignal;
  held: Pick<SqliteHeldCallbacks, 'holds'>;
  vault: Vault;
  qrs: WaitingQrs;
  damaged: SqliteDamagedValues;
  fresh: FreshCallbacks;
  timeline: SqliteTimeline;
}

/** What was read of a callback; a body that cannot be read stays sealed. */
interface Read {
  callback: PendingCallback;
  isReadable: boolean;
}

/**
 * The callbacks that await delivery. The outcome of an attempt is written only where the id AND the webhookId still match: a
 * newer QR takes over the row of an older one that is not on its way.
 */
export class SqliteCallbackQueue implements CallbackQueue {
  readonly #db: Database;
  readonly #deps: CallbackQueueDeps;
  readonly #unrecorded = new UnrecordedDeliveries();
  /** The QRs whose current attempt is the first that can deliver them. */
  readonly #firstAttempts = new Set<number>();
  /** How many were pending, and until when that is good enough, on the monotonic clock. */
  #counted = { count: 0, untilMs: -Infinity };
  readonly #sql: ReturnType<typeof prepare>;
  readonly #removeAll: (rows: readonly { id: number }[]) => void;
  readonly #substitute: (change: Substitution) => void;
  readonly #fail: (callback: PendingCallback, failure: Failure) => void;

  constructor(db: Database, deps: CallbackQueueDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
    this.#removeAll = db.transaction((rows: readonly { id: number }[]) => this.#remove(rows));
    this.#substitute = db.transaction(({ id, webhookId, sessionId, note }: Substitution) => {
      if (this.#sql.substitute.run(id, webhookId).changes === 0) return;
      // A session that was removed meanwhile has no timeline.
      if (this.#sql.session.get(sessionId)) this.#deps.timeline.add(sessionId, note);
    });
    this.#fail = db.transaction((callback: PendingCallback, failure: Failure) => {
      this.#sql.failed.run({ id: callback.id, webhookId: callback.webhookId, ...failure });
      if (this.#firstAttempts.has(callback.id)) this.#deps.qrs.notAccepted(callback, callback.sessionId);
    });
  }

  onReady(listener: (sessionId: SessionId) => void): () => void {
    return this.#deps.readySignal.subscribe(listener);
  }

  onRetry(listener: (sessionId: SessionId) => void): () => void {
    return this.#deps.retrySignal.subscribe(listener);
  }

  sessionsWithPending(): Promise<SessionId[]> {
    return this.#db.read(() => this.#sql.sessions.all().map(({ sessionId }) => sessionId));
  }

  /**
   * Reads what is committed, or remembered from a moment ago: what is not stored must not be delivered. Does not wait for
   * deliveries to be recorded, since it remembers them. Also marks a QR as on its way, so that the mark is on disk before the QR leaves. A webhook with a damaged
   * body becomes a dead letter, and the next one is returned.
   */
  async next(sessionId: SessionId): Promise<PendingCallback | undefined> {
    for (;;) {
      const found = await this.#db.readCommitted(() => this.#readNext(sessionId));
      if (found === undefined || found.isReadable) return found?.callback;
      await this.#db.write(() => this.#setAside(found.callback));
    }
  }

  /** Recorded by a deferred write: the session need not wait for it, and after a crash the callback is delivered once more. */
  delivered(callback: PendingCallback, atMs: number): Promise<void> {
    const { id, sessionId, webhookId } = callback;
    this.#deps.fresh.settled(callback);
    const remember = () => this.#unrecorded.add(sessionId, id);
    remember();
    return this.#db.writeLater({
      write: () => {
        this.#settle({ id, webhookId, state: 'delivered', error: null, atMs });
        this.#unrecorded.remove(sessionId, id);
      },
      undone: remember,
    });
  }

  failed(callback: PendingCallback, error: string, atMs: number): Promise<void> {
    return this.#db.write(() => {
      this.#deps.fresh.forget(callback.sessionId);
      this.#fail(callback, { error, atMs });
      this.#firstAttempts.delete(callback.id);
    });
  }

  unconfirmed({ id, webhookId, sessionId }: PendingCallback, error: string, atMs: number): Promise<void> {
    return this.#db.write(() => {
      this.#deps.fresh.forget(sessionId);
      this.#sql.failed.run({ id, webhookId, error, atMs });
      this.#firstAttempts.delete(id);
    });
  }

  dead(callback: PendingCallback, error: string, atMs: number): Promise<void> {
    return this.#db.write(() => this.#settleNow(callback, { state: 'dead', error, atMs }));
  }

  substitute({ id, webhookId, sessionId }: PendingCallback, note: TimelineNote): Promise<void> {
    return this.#db.write(() => {
      this.#deps.fresh.forget(sessionId);
      this.#substitute({ id, webhookId, sessionId, note });
    });
  }

  unwanted(callback: PendingCallback, atMs: number): Promise<void> {
    return this.#db.write(() => this.#settleNow(callback, { state: 'unwanted', error: null, atMs }));
  }

  /** Of very many that wait, the number is some seconds old: to count a million takes long. */
  counts(nowMs: number): Promise<CallbackCounts> {
    return this.#db.read(() => {
      const { deadLettered, oldestMs } = this.#sql.counts.get() ?? NONE;
      const pending = this.#countPending();
      const waitedMs = oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs);
      return { pending, deadLettered, oldestPendingSeconds: Math.floor(waitedMs / 1000) };
    });
  }

  /**
   * Removes callbacks that were delivered, or found unwanted, before `beforeMs`. Until then their webhookIds are known, and an
   * event that WhatsApp repeats is not delivered again. Dead letters stay until somebody decides, and a callback without its
   * sender's number as long as that is awaited, as do `awaited` events. Each piece goes on where the one before it has stopped.
   */
  pruning(beforeMs: number, awaited: Awaited): PrunePiece[] {
    return (['delivered', 'unwanted'] as const).map((state) => {
      let after = { createdAtMs: 0, id: 0 };
      return (limit) => {
        const from = { afterMs: after.createdAtMs, afterId: after.id };
        const rows = this.#sql.settled.all({ state, beforeMs, limit, ...from, ...awaited });
        after = rows.at(-1) ?? after;
        this.#removeAll(rows.filter(({ isOver }) => isOver === 1));
        return rows.length === limit;
      };
    });
  }

  #countPending(): number {
    const nowMs = this.#deps.clock.monotonic();
    const { count, untilMs } = this.#counted;
    if (nowMs < untilMs) return count;
    const pending = this.#sql.countPending.get() ?? 0;
    this.#counted = { count: pending, untilMs: pending < MANY ? nowMs : nowMs + pending / COUNTED_PER_MS };
    return pending;
  }

  #readNext(sessionId: SessionId): Read | undefined {
    const { fresh } = this.#deps;
    const known = fresh.next(sessionId);
    if (known !== undefined) return known ? { callback: known, isReadable: true } : undefined;
    const { ids, isAll } = this.#oldest(sessionId);
    const row = this.#row(ids[0]);
    if (!row) {
      fresh.read(sessionId, [], true);
      return undefined;
    }
    if (this.#mustWait(row)) return undefined;
    const first = this.#opened(row);
    const { callback, isReadable } = first;
    if (!isReadable) return first;
    if (row.kind === 'qr-update' && this.#deps.qrs.beginAttempt(row.id)) this.#firstAttempts.add(row.id);
    if (!isPlain(row)) return first;
    const ahead = this.#ahead(ids.slice(1));
    fresh.read(sessionId, [callback, ...ahead], isAll && ahead.length === ids.length - 1);
    return first;
  }

  /** Those of these callbacks that come before any that may change before its delivery, or cannot be read. */
  #ahead(ids: readonly number[]): PendingCallback[] {
    const ahead: PendingCallback[] = [];
    for (const id of ids) {
      const row = this.#row(id);
      if (!row || !isPlain(row)) break;
      const { callback, isReadable } = this.#opened(row);
      if (!isReadable) break;
      ahead.push(callback);
    }
    return ahead;
  }

  #row(id: number | undefined): PendingRow | undefined {
    return id === undefined ? undefined : this.#sql.withId.get(id);
  }

  #opened(row: PendingRow): Read {
    const callback = pendingCallback(row);
    const body = readableJson(this.#deps.vault, callbackBody(callback), callback.body);
    if (body === null) return { callback, isReadable: false };
    return { callback: { ...callback, body: tellable(body) }, isReadable: true };
  }

  #setAside(callback: PendingCallback): void {
    const { sessionId, body } = callback;
    const { clock, damaged } = this.#deps;
    damaged.setAside({ sessionId, cell: callbackBody(callback), stored: body });
    this.#settleNow(callback, { state: 'dead', error: 'its stored content is damaged', atMs: clock.now() });
  }

  /** The ids of the oldest callbacks that wait, and whether they are all. */
  #oldest(sessionId: SessionId): { ids: number[]; isAll: boolean } {
    const unrecorded = this.#unrecorded.of(sessionId);
    const limit = AT_ONCE + (unrecorded?.size ?? 0);
    const found = this.#sql.oldestIds.all(sessionId, limit);
    return { ids: unrecorded ? found.filter((id) => !unrecorded.has(id)) : found, isAll: found.length < limit };
  }

  #mustWait(row: PendingRow): boolean {
    return row.holdUntilMs !== null && this.#deps.held.holds(row);
  }

  #remove(rows: readonly { id: number }[]): void {
    for (const { id } of rows) this.#sql.remove.run(id);
  }

  #settleNow(callback: PendingCallback, outcome: Omit<Settlement, 'id' | 'webhookId'>): void {
    const { id, webhookId } = callback;
    this.#deps.fresh.settled(callback);
    this.#settle({ id, webhookId, ...outcome });
  }

  #settle({ id, webhookId, state, error, atMs }: Settlement): void {
    this.#firstAttempts.delete(id);
    this.#sql.settle.run(state, atMs, error, id, webhookId);
  }
}

/** How many of a session are read at once, when many wait. */
const AT_ONCE = 20;
const NONE = { deadLettered: 0, oldestMs: null };
/** So many take some ms to count. */
const MANY = 50_000;
/** A number of 100,000 is used for a second: counting takes less than a hundredth of the time. */
const COUNTED_PER_MS = 100;

/** Without a hint SQLite would read all that wait, by their state. */
const WAITING = 'callbacks INDEXED BY callbacks_pending';
/**
 * The pending callbacks of a session, in order. The parameters are in casts because SQLite plans a statement anew each time a bare
 * one is bound that is compared before an ORDER BY, or behind LIMIT: that takes ten times as long as the statement.
 */
const PENDING = `WHERE session_id = CAST(? AS TEXT) AND state = 'pending' ORDER BY seq`;

function prepare(db: Database) {
  return {
    sessions: db.prepare<[], { sessionId: SessionId }>(
      // Steps from one session to the next, and looks at the oldest webhook of each: a start does not read all that wait.
      `WITH RECURSIVE waiting (owner) AS (
         SELECT MIN(session_id) FROM ${WAITING} WHERE state = 'pending'
         UNION ALL
         SELECT (SELECT MIN(session_id) FROM ${WAITING} WHERE state = 'pending' AND session_id > owner)
         FROM waiting WHERE owner IS NOT NULL)
       SELECT owner AS sessionId FROM waiting WHERE owner IS NOT NULL ORDER BY (SELECT created_at_ms FROM ${WAITING}
         WHERE session_id = owner AND state = 'pending' ORDER BY seq LIMIT 1), owner`,
    ),
    oldestIds: db
      .prepare<[SessionId, number], number>(`SELECT id FROM callbacks ${PENDING} LIMIT CAST(? AS INTEGER)`)
      .pluck(),
    withId: db.prepare<[number], PendingRow>(`${PENDING_ROW} WHERE id = ?`),
    settle: db.prepare<[state: string, atMs: number, error: string | null, id: number, webhookId: string]>(
      `UPDATE callbacks SET state = ?, settled_at_ms = ?, last_error = COALESCE(?, last_error)
       WHERE id = ? AND webhook_id = ? AND state = 'pending'`,
    ),
    substitute: db.prepare<[number, string]>(
      `UPDATE callbacks SET webhook_id = instead_webhook_id, kind = instead_kind, body = instead_body,
         instead_webhook_id = NULL, instead_kind = NULL, instead_body = NULL,
         attempts = 0, first_failed_at_ms = NULL, last_error = NULL
       WHERE id = ? AND webhook_id = ? AND state = 'pending' AND instead_webhook_id IS NOT NULL`,
    ),
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    failed: db.prepare<[Failure & { id: number; webhookId: string }]>(
      `UPDATE callbacks SET attempts = attempts + 1, last_error = @error,
         first_failed_at_ms = COALESCE(first_failed_at_ms, @atMs)
       WHERE id = @id AND webhook_id = @webhookId AND state = 'pending'`,
    ),
    countPending: db.prepare<[], number>(`SELECT COUNT(*) FROM callbacks WHERE state = 'pending'`).pluck(),
    counts: db.prepare<[], { deadLettered: number; oldestMs: number | null }>(
      `SELECT (SELECT COUNT(*) FROM callbacks WHERE state = 'dead') AS deadLettered,
         (SELECT MIN(created_at_ms) FROM callbacks WHERE state = 'pending') AS oldestMs`,
    ),
    // No callback is settled before it is created: those from then on need not be looked at.
    settled: db.prepare<
      [Awaited & { state: string; beforeMs: number; afterMs: number; afterId: number; limit: number }],
      { id: number; createdAtMs: number; isOver: number }
    >(
      `SELECT id, created_at_ms AS createdAtMs, settled_at_ms < @beforeMs
           AND NOT EXISTS (SELECT 1 FROM awaited_numbers WHERE told = callbacks.webhook_id)
           AND NOT ${isAwaited('callbacks')} AS isOver
         FROM callbacks INDEXED BY callbacks_by_state
         WHERE state = @state AND created_at_ms < @beforeMs AND (created_at_ms, id) > (@afterMs, @afterId)
         ORDER BY created_at_ms, id LIMIT @limit`,
    ),
    remove: db.prepare<[number]>('DELETE FROM callbacks WHERE id = ?'),
  };
}
