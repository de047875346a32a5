import type { SessionId } from '../../../domain/session-id.ts';
import type { FreshCallbacks } from '../../shared/callbacks/fresh-callbacks.ts';
import type { Database } from '../database.ts';

/** A pending QR callback. */
export interface WaitingQr {
  id: number;
  seq: number;
}

/**
 * Pending QRs, and how one leaves the queue when it is outdated. Only a QR that the backend cannot have seen may leave:
 * callbacks are delivered in order, so nothing behind it was delivered either, and those may move up by one number without a
 * gap or a repetition. After an attempt of unknown outcome a QR stays and keeps its number: the backend may have it under
 * that.
 */
export class WaitingQrs {
  readonly #sql: ReturnType<typeof prepare>;

  readonly #fresh: FreshCallbacks;

  constructor(db: Database, fresh: FreshCallbacks) {
    this.#fresh = fresh;
    this.#sql = prepare(db);
  }

  /** The pending QR of the session that the backend cannot have seen. There is never more than one. */
  of(sessionId: SessionId): WaitingQr | undefined {
    return this.#sql.unseen.get(sessionId);
  }

  /** Removes that QR, if there is one. */
  withdraw(sessionId: SessionId): void {
    const qr = this.of(sessionId);
    if (qr) this.#remove(qr, sessionId);
  }

  /** Call it before an attempt. Returns whether the backend could not have seen the QR until now. */
  beginAttempt(id: number): boolean {
    return this.#sql.markSeen.run(id).changes === 1;
  }

  /**
   * The attempt has ended, and the backend has certainly not accepted the QR, which may therefore leave again. It does so now
   * if a newer one, or the removal of its session, has outdated it in the meantime.
   */
  notAccepted(qr: WaitingQr, sessionId: SessionId): void {
    if (this.of(sessionId) ?? !this.#sql.session.get(sessionId)) this.#remove(qr, sessionId);
    else this.#sql.markUnseen.run(qr.id);
  }

  /** Gives it the last number of its session, after its row has got a new position among those of all sessions. */
  moveLast({ id, seq }: WaitingQr, sessionId: SessionId): void {
    this.#sql.renumber.run(0, id);
    this.#closeGap(sessionId, seq);
    this.#sql.renumberLast.run({ id });
  }

  #remove(qr: WaitingQr, sessionId: SessionId): void {
    this.#sql.remove.run(qr.id);
    this.#closeGap(sessionId, qr.seq);
    this.#sql.returnNumber.run(sessionId);
  }

  #closeGap(sessionId: SessionId, seq: number): void {
    this.#fresh.forget(sessionId);
    for (const later of this.#sql.behind.all(sessionId, seq)) this.#sql.renumber.run(later.seq - 1, later.id);
    this.#sql.subscriptions.run(sessionId, seq);
  }
}

function prepare(db: Database) {
  return {
    unseen: db.prepare<[SessionId], WaitingQr>(
      `SELECT id, seq FROM callbacks
       WHERE session_id = ? AND state = 'pending' AND kind = 'qr-update' AND maybe_seen = 0`,
    ),
    markSeen: db.prepare<[number]>('UPDATE callbacks SET maybe_seen = 1 WHERE id = ? AND maybe_seen = 0'),
    markUnseen: db.prepare<[number]>('UPDATE callbacks SET maybe_seen = 0 WHERE id = ?'),
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    remove: db.prepare<[number]>('DELETE FROM callbacks WHERE id = ?'),
    returnNumber: db.prepare<[SessionId]>('UPDATE sequences SET last_seq = last_seq - 1 WHERE session_id = ?'),
    behind: db.prepare<[SessionId, number], { id: number; seq: number }>(
      'SELECT id, seq FROM callbacks WHERE session_id = ? AND seq > ? ORDER BY seq',
    ),
    // Those that have passed it have passed as many behind it as before.
    subscriptions: db.prepare<[SessionId, number]>(
      'UPDATE subscription_progress SET seq = seq - 1 WHERE session_id = ? AND seq >= ?',
    ),
    renumber: db.prepare<[number, number]>('UPDATE callbacks SET seq = ? WHERE id = ?'),
    renumberLast: db.prepare<[{ id: number }]>(
      `UPDATE callbacks SET seq = (SELECT last_seq FROM sequences WHERE session_id = callbacks.session_id)
       WHERE id = @id`,
    ),
  };
}
