import type { SessionId } from '../../../domain/session-id.ts';
import type { TimelineNote } from '../../../domain/timeline.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CallbackCounts, CallbackQueue, PendingCallback } from '../../../ports/callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import type { UnrecordedDeliveries } from '../../shared/callbacks/unrecorded-deliveries.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { tellable } from '../../shared/tellable.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Holding, isOwned } from '../cluster/holding.ts';
import type { Database } from '../database.ts';
import { type PostgresVault, readableJson } from '../encryption/vault.ts';
import type { PostgresTimeline } from '../sessions/timeline.ts';
import type { SharedRead } from '../shared-read.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import type { BodyChanges } from './body-changes.ts';
import {
  failure,
  oldestPending,
  type PendingRow,
  type Settlement,
  SETTLEMENTS,
  substitution,
} from './callback-rows.ts';
import type { PostgresHeldCallbacks } from './held-callbacks.ts';
import { beginQrAttempt, qrNotAccepted } from './waiting-qrs.ts';

/** The dependencies of {@link PostgresCallbackQueue}. */
export interface CallbackQueueDeps {
  clock: Clock;
  readySignal: ReadySignal;
  retrySignal: ReadySignal;
  held: Pick<PostgresHeldCallbacks, 'holds'>;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
  timeline: PostgresTimeline;
  holding: Holding;
  unrecorded: UnrecordedDeliveries;
  bodyChanges: BodyChanges;
}

/**
 * The callbacks that await delivery. The outcome of an attempt is written only where the id AND the webhookId still match: a
 * newer QR takes over the row of an older one that is not on its way.
 */
export class PostgresCallbackQueue implements CallbackQueue {
  readonly #db: Database;
  readonly #deps: CallbackQueueDeps;
  readonly #unrecorded: UnrecordedDeliveries;
  /** The QRs whose current attempt is the first that can deliver them. */
  readonly #firstAttempts = new Set<number>();
  readonly #oldestOf: SharedRead<SessionId, PendingRow>;

  constructor(db: Database, deps: CallbackQueueDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#unrecorded = deps.unrecorded;
    this.#oldestOf = db.sharedStored(async (sessionIds) => {
      const rows = await db.readStored<PendingRow>(this.#oldestPending(sessionIds));
      return new Map(rows.map((row) => [row.sessionId, row]));
    });
  }

  onReady(listener: (sessionId: SessionId) => void): () => void {
    return this.#deps.readySignal.subscribe(listener);
  }

  onRetry(listener: (sessionId: SessionId) => void): () => void {
    return this.#deps.retrySignal.subscribe(listener);
  }

  async sessionsWithPending(): Promise<SessionId[]> {
    const rows = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT session_id AS "sessionId" FROM callbacks WHERE state = 'pending' AND ${isOwned(this.#deps.holding)}
          GROUP BY session_id ORDER BY MIN(created_at_ms), session_id`,
    );
    return rows.map(({ sessionId }) => sessionId);
  }

  /**
   * Reads what is committed: what is not stored must not be delivered. Waits for nothing that is being written but changes of bodies:
   * whoever writes a callback signals it after the commit, and deliveries that are not recorded yet are remembered. A webhook with a
   * damaged body becomes a dead letter, and the next one is returned.
   */
  async next(sessionId: SessionId): Promise<PendingCallback | undefined> {
    for (;;) {
      await this.#deps.bodyChanges.settled(sessionId);
      const readAtMs = this.#deps.clock.now();
      const row = await this.#oldest(sessionId);
      if (!row || this.#deps.held.holds(row, readAtMs)) return undefined;
      const body = readableJson(this.#deps.vault, callbackBody(row), row.body);
      if (body !== null) return pendingCallback(row, tellable(body));
      await this.#setAside(row);
    }
  }

  /** Recorded by a deferred write: the session need not wait for it, and after a crash the callback is delivered once more. */
  delivered({ id, sessionId, webhookId }: PendingCallback, atMs: number): Promise<void> {
    const remember = () => this.#unrecorded.add(sessionId, id);
    remember();
    return this.#db.writeLater({
      of: sessionId,
      write: (transaction) => {
        transaction.afterCommit(() => this.#unrecorded.remove(sessionId, id));
        return this.#settle(transaction, { id, webhookId, state: 'delivered', error: null, atMs });
      },
      undone: remember,
      lost: () => this.#unrecorded.remove(sessionId, id),
    });
  }

  failed(callback: PendingCallback, error: string, atMs: number): Promise<void> {
    const { id, sessionId } = callback;
    return this.#db.write(sessionId, async (transaction) => {
      await transaction.run(failure(callback, error, atMs));
      if (this.#firstAttempts.has(id)) await qrNotAccepted(transaction, callback, sessionId);
      transaction.afterCommit(() => this.#firstAttempts.delete(id));
    });
  }

  unconfirmed(callback: PendingCallback, error: string, atMs: number): Promise<void> {
    return this.#db.send(callback.sessionId, async (transaction) => {
      transaction.afterCommit(() => this.#firstAttempts.delete(callback.id));
      await transaction.run(failure(callback, error, atMs));
    });
  }

  dead({ id, sessionId, webhookId }: PendingCallback, error: string, atMs: number): Promise<void> {
    const settled = { id, webhookId, state: 'dead', error, atMs } as const;
    return this.#db.send(sessionId, (transaction) => this.#settle(transaction, settled));
  }

  substitute(callback: PendingCallback, note: TimelineNote): Promise<void> {
    return this.#db.write(callback.sessionId, async (transaction) => {
      if ((await transaction.run(substitution(callback))) === 0) return;
      // A session that was removed meanwhile has no timeline.
      await this.#deps.timeline.addIfThere(transaction, callback.sessionId, note);
    });
  }

  unwanted({ id, sessionId, webhookId }: PendingCallback, atMs: number): Promise<void> {
    const settled = { id, webhookId, state: 'unwanted', error: null, atMs } as const;
    return this.#db.send(sessionId, (transaction) => this.#settle(transaction, settled));
  }

  async counts(nowMs: number): Promise<CallbackCounts> {
    const isMine = isOwned(this.#deps.holding);
    const [row] = await this.#db.read<{ pending: number; deadLettered: number; oldestMs: number | null }>(
      sql`SELECT (SELECT COUNT(*) FROM callbacks WHERE state = 'pending' AND ${isMine}) AS pending,
            (SELECT COUNT(*) FROM callbacks WHERE state = 'dead' AND ${isMine}) AS "deadLettered",
            (SELECT MIN(created_at_ms) FROM callbacks WHERE state = 'pending' AND ${isMine}) AS "oldestMs"`,
    );
    const { pending, deadLettered, oldestMs } = row ?? { pending: 0, deadLettered: 0, oldestMs: null };
    const waitedMs = oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs);
    return { pending, deadLettered, oldestPendingSeconds: Math.floor(waitedMs / 1000) };
  }

  /** A QR is marked as on its way before it leaves, and a newer one could take over its row between the two. */
  async #oldest(sessionId: SessionId): Promise<PendingRow | undefined> {
    const row = await this.#oldestOf.get(sessionId);
    if (row?.kind !== 'qr-update') return row;
    return this.#db.write(sessionId, async (transaction) => {
      const current = await transaction.row<PendingRow>(this.#oldestPending([sessionId]));
      if (current?.kind !== 'qr-update') return current;
      const isFirst = await beginQrAttempt(transaction, current.id);
      // Another node may have had the session since.
      this.#firstAttempts.delete(current.id);
      if (isFirst) transaction.afterCommit(() => this.#firstAttempts.add(current.id));
      return current;
    });
  }

  #oldestPending(sessionIds: readonly SessionId[]): Statement {
    return oldestPending(
      sessionIds,
      sessionIds.flatMap((sessionId) => [...(this.#unrecorded.of(sessionId) ?? [])]),
    );
  }

  #setAside(row: PendingRow): Promise<void> {
    const { id, webhookId, sessionId, body } = row;
    const { clock, damaged } = this.#deps;
    return this.#db.write(sessionId, async (transaction) => {
      await damaged.setAside(transaction, { sessionId, cell: callbackBody(row), stored: body });
      const error = 'its stored content is damaged';
      await this.#settle(transaction, { id, webhookId, state: 'dead', error, atMs: clock.now() });
    });
  }

  async #settle(transaction: Transaction, settled: Settlement): Promise<void> {
    transaction.afterCommit(() => this.#firstAttempts.delete(settled.id));
    await transaction.add(SETTLEMENTS, settled);
  }
}

function pendingCallback(row: PendingRow, body: string): PendingCallback {
  const { id, webhookId, sessionId, seq, kind, createdAtMs, attempts, firstFailedAtMs, insteadId } = row;
  const callback = { id, webhookId, sessionId, seq, kind, body, createdAtMs, attempts, firstFailedAtMs };
  return insteadId === null ? callback : { ...callback, hasSubstitute: true };
}
