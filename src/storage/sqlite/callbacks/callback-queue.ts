import { type Database } from 'better-sqlite3';
import { type CallbackCounts, type CallbackQueue, type PendingCallback } from '../../../ports/callbacks.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { type DeferredWrite } from '../group-commit.ts';
import { type SqliteHeldCallbacks } from './held-callbacks.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { promised } from '../promised.ts';
import { type ReadySignal } from './ready-signal.ts';
import { type Vault } from '../../shared/encryption/vault.ts';
import { WAITERS, type WaitingQrs } from './waiting-qrs.ts';

/** The end of a callback, as the statement takes it. */
interface Settlement {
  id: number;
  webhookId: string;
  state: 'delivered' | 'dead' | 'unwanted';
  error: string | null;
  atMs: number;
}

/** How a try failed. */
interface Failure {
  error: string;
  atMs: number;
}

/** What the queue is made of. */
export interface CallbackQueueDeps {
  readySignal: ReadySignal;
  retrySignal: ReadySignal;
  held: Pick<SqliteHeldCallbacks, 'holds'>;
  vault: Vault;
  qrs: WaitingQrs;
  /** Has something written soon. */
  later: (deferred: DeferredWrite) => Promise<void>;
}

/** A callback with what may make it wait. */
interface OldestRow extends PendingCallback {
  follows: string | null;
  holdUntilMs: number | null;
}

/**
 * The callbacks as rows. What became of one is written only where its id AND its webhookId still match: a newer QR
 * takes over the row of an older one that is not being tried.
 */
export class SqliteCallbackQueue implements CallbackQueue {
  readonly #readySignal: ReadySignal;
  readonly #retrySignal: ReadySignal;
  readonly #held: Pick<SqliteHeldCallbacks, 'holds'>;
  readonly #vault: Vault;
  readonly #qrs: WaitingQrs;
  readonly #later: CallbackQueueDeps['later'];
  /** The callbacks that the backend has, and whose rows do not say so yet. */
  readonly #unmarked = new Map<SessionId, Set<number>>();
  /** The QRs of which no earlier try may have arrived, from the begin of their try to its end. */
  readonly #firstSeen = new Set<number>();
  readonly #sql: ReturnType<typeof prepare>;
  readonly #missed: (callback: PendingCallback, failure: Failure) => SessionId[];

  constructor(db: Database, { readySignal, retrySignal, held, vault, qrs, later }: CallbackQueueDeps) {
    this.#vault = vault;
    this.#qrs = qrs;
    this.#readySignal = readySignal;
    this.#retrySignal = retrySignal;
    this.#held = held;
    this.#later = later;
    this.#sql = prepare(db);
    this.#missed = db.transaction((callback: PendingCallback, failure: Failure) => {
      this.#sql.failed.run({ id: callback.id, webhookId: callback.webhookId, ...failure });
      return this.#firstSeen.has(callback.id) ? this.#qrs.notTaken(callback, callback.sessionId) : [];
    });
  }

  onReady(listener: (sessionId: SessionId) => void): void {
    this.#readySignal.subscribe(listener);
  }

  onRetry(listener: (sessionId: SessionId) => void): void {
    this.#retrySignal.subscribe(listener);
  }

  sessionsWithPending(): Promise<SessionId[]> {
    return promised(() => this.#sql.sessions.all().map(({ sessionId }) => sessionId));
  }

  next(sessionId: SessionId): Promise<PendingCallback | undefined> {
    return promised(() => {
      const row = this.#oldest(sessionId);
      if (!row || this.#mustWait(row)) return undefined;
      const callback = withoutWaits(row);
      if (callback.kind === 'qr-update' && this.#qrs.beginTry(callback.id)) this.#firstSeen.add(callback.id);
      return { ...callback, body: this.#vault.open(callbackBody(sessionId, callback.webhookId), callback.body) };
    });
  }

  /** Its row says so soon: the session need not wait for that, and after a crash it is handed over once more. */
  delivered({ id, sessionId, webhookId }: PendingCallback, atMs: number): Promise<void> {
    const unmark = () => this.#unmarkedOf(sessionId).add(id);
    unmark();
    return this.#later({
      write: () => {
        this.#settle({ id, webhookId, state: 'delivered', error: null, atMs });
        this.#marked(sessionId, id);
      },
      undone: unmark,
    });
  }

  failed(callback: PendingCallback, error: string, atMs: number): Promise<void> {
    return promised(() => {
      const freed = this.#missed(callback, { error, atMs });
      this.#firstSeen.delete(callback.id);
      this.#readySignal.ring(freed);
    });
  }

  unclear({ id, webhookId }: PendingCallback, error: string, atMs: number): Promise<void> {
    return promised(() => {
      this.#sql.failed.run({ id, webhookId, error, atMs });
      this.#firstSeen.delete(id);
    });
  }

  dead({ id, webhookId }: PendingCallback, error: string, atMs: number): Promise<void> {
    return promised(() => this.#settle({ id, webhookId, state: 'dead', error, atMs }));
  }

  unwanted({ id, webhookId }: PendingCallback, atMs: number): Promise<void> {
    return promised(() => this.#settle({ id, webhookId, state: 'unwanted', error: null, atMs }));
  }

  counts(nowMs: number): Promise<CallbackCounts> {
    return promised(() => {
      const { pending, deadLettered, oldestMs } = this.#sql.counts.get() ?? NOTHING;
      const waitedMs = oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs);
      return { pending, deadLettered, oldestPendingSeconds: Math.floor(waitedMs / 1000) };
    });
  }

  /**
   * Removes callbacks that were delivered, or found unwanted, before `beforeMs`. Until then their webhookIds are remembered, so an event
   * that WhatsApp tells again is not posted again. Dead letters stay until somebody decides, and what was told without a number as
   * long as that is awaited.
   */
  prune(beforeMs: number): void {
    this.#sql.prune.run(beforeMs);
  }

  #oldest(sessionId: SessionId): OldestRow | undefined {
    const unmarked = this.#unmarked.get(sessionId);
    if (!unmarked) return this.#sql.oldest.get(sessionId);
    const oldest = this.#sql.oldestIds.all(sessionId, unmarked.size + 1).find((id) => !unmarked.has(id));
    return oldest === undefined ? undefined : this.#sql.withId.get(oldest);
  }

  #mustWait(row: OldestRow): boolean {
    if (row.follows !== null && this.#sql.isPending.get(row.follows)) return true;
    return row.holdUntilMs !== null && this.#held.holds(row);
  }

  #unmarkedOf(sessionId: SessionId): Set<number> {
    const known = this.#unmarked.get(sessionId);
    if (known) return known;
    const unmarked = new Set<number>();
    this.#unmarked.set(sessionId, unmarked);
    return unmarked;
  }

  #marked(sessionId: SessionId, id: number): void {
    const unmarked = this.#unmarked.get(sessionId);
    unmarked?.delete(id);
    if (unmarked?.size === 0) this.#unmarked.delete(sessionId);
  }

  #settle(settlement: Settlement): void {
    this.#firstSeen.delete(settlement.id);
    if (this.#sql.settle.run(settlement).changes === 0) return;
    this.#readySignal.ring(this.#sql.waiters.all(settlement.webhookId).map(({ sessionId }) => sessionId));
  }
}

function withoutWaits({ id, webhookId, seq, kind, body, createdAtMs, attempts, ...rest }: OldestRow): PendingCallback {
  const { sessionId, firstFailedAtMs } = rest;
  return { id, webhookId, sessionId, seq, kind, body, createdAtMs, attempts, firstFailedAtMs };
}

const NOTHING = { pending: 0, deadLettered: 0, oldestMs: null };

const ROW = `SELECT id, webhook_id AS webhookId, session_id AS sessionId, seq, kind, body, created_at_ms AS createdAtMs,
    attempts, first_failed_at_ms AS firstFailedAtMs, after_webhook_id AS follows, hold_until_ms AS holdUntilMs
  FROM callbacks`;
/** The callbacks of a session that wait, in their order. */
const WAITING = `WHERE session_id = ? AND state = 'pending' ORDER BY seq`;

function prepare(db: Database) {
  return {
    sessions: db.prepare<[], { sessionId: SessionId }>(
      `SELECT session_id AS sessionId FROM callbacks WHERE state = 'pending'
       GROUP BY session_id ORDER BY MIN(created_at_ms), session_id`,
    ),
    oldest: db.prepare<[SessionId], OldestRow>(`${ROW} ${WAITING} LIMIT 1`),
    oldestIds: db.prepare<[SessionId, number], number>(`SELECT id FROM callbacks ${WAITING} LIMIT ?`).pluck(),
    withId: db.prepare<[number], OldestRow>(`${ROW} WHERE id = ?`),
    isPending: db.prepare<[string]>(`SELECT 1 FROM callbacks WHERE webhook_id = ? AND state = 'pending'`),
    settle: db.prepare<[Settlement]>(
      `UPDATE callbacks SET state = @state, settled_at_ms = @atMs, last_error = COALESCE(@error, last_error)
       WHERE id = @id AND webhook_id = @webhookId AND state = 'pending'`,
    ),
    failed: db.prepare<[Failure & { id: number; webhookId: string }]>(
      `UPDATE callbacks SET attempts = attempts + 1, last_error = @error,
         first_failed_at_ms = COALESCE(first_failed_at_ms, @atMs)
       WHERE id = @id AND webhook_id = @webhookId AND state = 'pending'`,
    ),
    waiters: db.prepare<[string], { sessionId: SessionId }>(WAITERS),
    counts: db.prepare<[], { pending: number; deadLettered: number; oldestMs: number | null }>(
      `SELECT (SELECT COUNT(*) FROM callbacks WHERE state = 'pending') AS pending,
         (SELECT COUNT(*) FROM callbacks WHERE state = 'dead') AS deadLettered,
         (SELECT MIN(created_at_ms) FROM callbacks WHERE state = 'pending') AS oldestMs`,
    ),
    prune: db.prepare<[number]>(
      `DELETE FROM callbacks WHERE state IN ('delivered', 'unwanted') AND settled_at_ms < ?
         AND NOT EXISTS (SELECT 1 FROM awaited_numbers WHERE told = callbacks.webhook_id)`,
    ),
  };
}
