import { type Database } from 'better-sqlite3';
import { type CallbackCounts, type CallbackQueue, type PendingCallback } from '../domain/callback-ports.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type SqliteHeldCallbacks } from './held-callbacks.ts';
import { callbackBody } from './places.ts';
import { promised } from './promised.ts';
import { type ReadyBell } from './ready-bell.ts';
import { type Vault } from './vault.ts';
import { type WaitingQrs } from './waiting-qrs.ts';

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
export interface CallbackQueueParts {
  bell: ReadyBell;
  retryBell: ReadyBell;
  held: Pick<SqliteHeldCallbacks, 'holds'>;
  vault: Vault;
  qrs: WaitingQrs;
}

/**
 * The callbacks as rows. What became of one is written only where its id AND its webhookId still match: a newer QR
 * takes over the row of an older one that is not being tried.
 */
export class SqliteCallbackQueue implements CallbackQueue {
  readonly #bell: ReadyBell;
  readonly #retryBell: ReadyBell;
  readonly #held: Pick<SqliteHeldCallbacks, 'holds'>;
  readonly #vault: Vault;
  readonly #qrs: WaitingQrs;
  /** The QRs of which no earlier try may have arrived, from the begin of their try to its end. */
  readonly #firstSeen = new Set<number>();
  readonly #sql: ReturnType<typeof prepare>;
  readonly #missed: (callback: PendingCallback, failure: Failure) => SessionId[];

  constructor(db: Database, { bell, retryBell, held, vault, qrs }: CallbackQueueParts) {
    this.#vault = vault;
    this.#qrs = qrs;
    this.#bell = bell;
    this.#retryBell = retryBell;
    this.#held = held;
    this.#sql = prepare(db);
    this.#missed = db.transaction((callback: PendingCallback, failure: Failure) => {
      this.#sql.failed.run({ id: callback.id, webhookId: callback.webhookId, ...failure });
      return this.#firstSeen.has(callback.id) ? this.#qrs.notTaken(callback, callback.sessionId) : [];
    });
  }

  onReady(listener: (sessionId: SessionId) => void): void {
    this.#bell.onRing(listener);
  }

  onRetry(listener: (sessionId: SessionId) => void): void {
    this.#retryBell.onRing(listener);
  }

  sessionsWithPending(): Promise<SessionId[]> {
    return promised(() => this.#sql.sessions.all().map(({ sessionId }) => sessionId));
  }

  next(sessionId: SessionId): Promise<PendingCallback | undefined> {
    return promised(() => {
      const oldest = this.#sql.oldest.get(sessionId);
      if (!oldest || this.#sql.mustWait.get(oldest.id) || this.#held.holds(oldest)) return undefined;
      if (oldest.kind === 'qr-update' && this.#qrs.beginTry(oldest.id)) this.#firstSeen.add(oldest.id);
      return { ...oldest, body: this.#vault.open(callbackBody(sessionId, oldest.webhookId), oldest.body) };
    });
  }

  delivered({ id, webhookId }: PendingCallback, atMs: number): Promise<void> {
    return promised(() => this.#settle({ id, webhookId, state: 'delivered', error: null, atMs }));
  }

  failed(callback: PendingCallback, error: string, atMs: number): Promise<void> {
    return promised(() => {
      const freed = this.#missed(callback, { error, atMs });
      this.#firstSeen.delete(callback.id);
      this.#bell.ring(freed);
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

  #settle(settlement: Settlement): void {
    this.#firstSeen.delete(settlement.id);
    if (this.#sql.settle.run(settlement).changes === 0) return;
    this.#bell.ring(this.#sql.waiters.all(settlement.webhookId).map(({ sessionId }) => sessionId));
  }
}

const NOTHING = { pending: 0, deadLettered: 0, oldestMs: null };

function prepare(db: Database) {
  return {
    sessions: db.prepare<[], { sessionId: SessionId }>(
      `SELECT session_id AS sessionId FROM callbacks WHERE state = 'pending'
       GROUP BY session_id ORDER BY MIN(created_at_ms), session_id`,
    ),
    oldest: db.prepare<[SessionId], PendingCallback>(
      `SELECT id, webhook_id AS webhookId, session_id AS sessionId, seq, kind, body, created_at_ms AS createdAtMs,
         attempts, first_failed_at_ms AS firstFailedAtMs
       FROM callbacks WHERE session_id = ? AND state = 'pending' ORDER BY seq LIMIT 1`,
    ),
    mustWait: db.prepare<[number]>(
      `SELECT 1 FROM callbacks AS it JOIN callbacks AS earlier ON earlier.webhook_id = it.after_webhook_id
       WHERE it.id = ? AND earlier.state = 'pending'`,
    ),
    settle: db.prepare<[Settlement]>(
      `UPDATE callbacks SET state = @state, settled_at_ms = @atMs, last_error = COALESCE(@error, last_error)
       WHERE id = @id AND webhook_id = @webhookId AND state = 'pending'`,
    ),
    failed: db.prepare<[Failure & { id: number; webhookId: string }]>(
      `UPDATE callbacks SET attempts = attempts + 1, last_error = @error,
         first_failed_at_ms = COALESCE(first_failed_at_ms, @atMs)
       WHERE id = @id AND webhook_id = @webhookId AND state = 'pending'`,
    ),
    waiters: db.prepare<[string], { sessionId: SessionId }>(
      `SELECT DISTINCT session_id AS sessionId FROM callbacks WHERE after_webhook_id = ? AND state = 'pending'`,
    ),
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
