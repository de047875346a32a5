import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { NewCallback } from '../../../ports/callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { toldBody } from '../../shared/callbacks/told-body.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import type { Holding } from '../cluster/holding.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { nextOrdinal, TRANSACTION_START } from '../positions.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import { NEW_CALLBACKS } from './new-callbacks.ts';
import { moveQrLast, unseenQrOf, withdrawQr, type WaitingQr } from './waiting-qrs.ts';

/** What is stored besides the caller's change. */
export interface Outgoing {
  /** The session that changes. */
  of: SessionId;
  events: readonly NewCallback[];
}

/** What {@link Outbox.write} stores besides the caller's change. */
export interface AnyOutgoing extends Outgoing {
  /** The session that is removed: its undelivered QR is outdated. */
  removed?: SessionId | undefined;
}

/** The dependencies of {@link Outbox}. */
export interface OutboxDeps {
  clock: Clock;
  readySignal: ReadySignal;
  vault: PostgresVault;
  holding: Holding;
}

/** Stores callbacks in one transaction with the change that causes them, numbered without gaps within their session. */
export class Outbox {
  readonly #db: Database;
  readonly #deps: OutboxDeps;

  constructor(db: Database, deps: OutboxDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  /**
   * Stores a change that decides nothing, and events of which none is a QR. Returns for each event whether it was stored;
   * `false` means that it was known already.
   */
  send({ of, events }: Outgoing, change: (transaction: Transaction) => void): Promise<boolean[]> {
    const nowMs = this.#deps.clock.now();
    return this.#db.send(sessionsOf({ of, events }), async (transaction) => {
      change(transaction);
      const stored = await Promise.all(events.map((event) => this.#insert(transaction, event, nowMs)));
      this.#notifyAfter(transaction, events, stored);
      return stored;
    });
  }

  /** As {@link send}, for any change and any event. */
  write(outgoing: AnyOutgoing, change: (transaction: Transaction) => Promise<void>): Promise<boolean[]> {
    return this.#db.write(sessionsOf(outgoing), async (transaction) => {
      await change(transaction);
      return this.store(transaction, outgoing);
    });
  }

  /** Stores the events within a transaction, and withdraws the QR. */
  async store(transaction: Transaction, { events, removed }: Omit<AnyOutgoing, 'of'>): Promise<boolean[]> {
    if (removed !== undefined) await withdrawQr(transaction, removed);
    const stored: boolean[] = [];
    for (const event of events) stored.push(await this.#storeOne(transaction, event));
    if (removed !== undefined) await this.#disown(transaction, removed);
    this.#notifyAfter(transaction, events, stored);
    return stored;
  }

  /** A newer QR takes over the row of the older one. Returns whether the event was not known yet. */
  async #storeOne(transaction: Transaction, callback: NewCallback): Promise<boolean> {
    const { event, webhookId, unless = [] } = callback;
    const nowMs = this.#deps.clock.now();
    const sessionId = event.body.session_id;
    if (event.kind !== 'qr-update') return this.#insert(transaction, callback, nowMs);
    const known = await transaction.row(sql`SELECT 1 FROM callbacks WHERE webhook_id = ANY(${[webhookId, ...unless]})`);
    if (known) return false;
    const older = await unseenQrOf(transaction, sessionId);
    if (!older) return this.#insert(transaction, callback, nowMs);
    await this.#supersede(transaction, older, callback);
    return true;
  }

  #insert(transaction: Transaction, callback: NewCallback, nowMs: number): Promise<boolean> {
    const { event, webhookId, unless = [], holdUntilMs = null, instead } = callback;
    const { kind, body } = event;
    return transaction.add(NEW_CALLBACKS, {
      ...{ webhookId, unless, holdUntilMs, kind },
      sessionId: body.session_id,
      ordinal: nextOrdinal(transaction),
      body: this.#sealed(callback),
      createdAtMs: nowMs,
      instead: instead ? { webhookId: instead.webhookId, kind: instead.event.kind, body: this.#sealed(instead) } : null,
    });
  }

  #sealed(callback: Pick<NewCallback, 'event' | 'webhookId' | 'session'>): Buffer {
    const { event, webhookId } = callback;
    const { kind, body } = event;
    return this.#deps.vault.seal(callbackBody({ sessionId: body.session_id, webhookId, kind }), toldBody(callback));
  }

  /**
   * A newer QR takes over the row of the older one, and moves behind whatever was stored between them: delivered before a
   * "disconnected" that it follows, it would pass for the code of a session that has ended.
   */
  async #supersede(transaction: Transaction, older: WaitingQr, callback: NewCallback): Promise<void> {
    const { event, webhookId } = callback;
    const sessionId = event.body.session_id;
    await transaction.run(
      sql`UPDATE callbacks SET webhook_id = ${webhookId}, kind = ${event.kind}, body = ${this.#sealed(callback)},
            created_at_ms = ${this.#deps.clock.now()}, attempts = 0, first_failed_at_ms = NULL, last_error = NULL,
            position = ${TRANSACTION_START} + ${nextOrdinal(transaction)}::bigint
          WHERE id = ${older.id}`,
    );
    await moveQrLast(transaction, older, sessionId);
  }

  /** Nobody owns a removed session, unless it has callbacks to deliver, or may have: where there are subscriptions, pruning ends it. */
  async #disown(transaction: Transaction, sessionId: SessionId): Promise<void> {
    await transaction.run(disowning(sessionId));
    const owned = await transaction.row(sql`SELECT 1 FROM ownership WHERE session_id = ${sessionId}`);
    if (!owned) transaction.afterCommit(() => this.#deps.holding.left(sessionId));
  }

  #notifyAfter(transaction: Transaction, events: readonly NewCallback[], stored: readonly boolean[]): void {
    const sessionIds = events.filter((_, at) => stored[at]).map(({ event }) => event.body.session_id);
    if (sessionIds.length > 0) transaction.afterCommit(() => this.#deps.readySignal.notify(sessionIds));
  }
}

function sessionsOf({ of, events, removed }: AnyOutgoing): SessionId[] {
  const others = events.map(({ event }) => event.body.session_id);
  return [...new Set([of, ...others, ...(removed === undefined ? [] : [removed])])];
}

function disowning(sessionId: SessionId): Statement {
  return sql`DELETE FROM ownership WHERE session_id = ${sessionId}
    AND NOT EXISTS (SELECT 1 FROM callbacks WHERE session_id = ${sessionId} AND state = 'pending')
    AND NOT EXISTS (SELECT 1 FROM subscriptions)`;
}
