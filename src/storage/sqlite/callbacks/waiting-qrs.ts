import { type Database } from 'better-sqlite3';
import { type SessionId } from '../../../domain/session-id.ts';

/** A QR callback that the backend does not have. */
export interface WaitingQr {
  id: number;
  seq: number;
  webhookId: string;
}

/**
 * The QRs that wait, and how one leaves the queue. Only a QR that the backend cannot have seen may leave: callbacks go in
 * order, so nothing behind it was posted either, and those may move up by one number without a gap or a repetition. One
 * with a try whose end is not known stays, and keeps its number: the backend may have it under that.
 */
export class WaitingQrs {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** The QR of the session that waits and that the backend cannot have seen: there is never more than one. */
  of(sessionId: SessionId): WaitingQr | undefined {
    return this.#sql.unseen.get(sessionId);
  }

  /** Removes it, if there is one. Answers the sessions that waited for it. */
  withdraw(sessionId: SessionId): SessionId[] {
    const qr = this.of(sessionId);
    return qr ? this.#remove(qr, sessionId) : [];
  }

  /** Before a try: its end is open. Answers whether it was known until now that the backend had not seen this one. */
  beginTry(id: number): boolean {
    return this.#sql.seen.run(id).changes === 1;
  }

  /**
   * The try has ended, and the backend has certainly not taken the QR: it may leave again. It does so at once when a newer
   * one, or the end of its session, has made it needless meanwhile. Answers the sessions that waited for it then.
   */
  notTaken(qr: WaitingQr, sessionId: SessionId): SessionId[] {
    if (this.of(sessionId) ?? !this.#sql.session.get(sessionId)) return this.#remove(qr, sessionId);
    this.#sql.unsee.run(qr.id);
    return [];
  }

  /** Gives it the last number of its session, once its row has got its place among those of all sessions. */
  moveLast({ id, seq }: WaitingQr, sessionId: SessionId): void {
    this.#sql.number.run(0, id);
    this.#closeGap(sessionId, seq);
    this.#sql.numberLast.run({ id });
  }

  /** The sessions that wait for it. */
  waitersOf({ webhookId }: WaitingQr): SessionId[] {
    return this.#sql.waiters.all(webhookId).map(({ sessionId }) => sessionId);
  }

  #remove(qr: WaitingQr, sessionId: SessionId): SessionId[] {
    this.#sql.remove.run(qr.id);
    this.#closeGap(sessionId, qr.seq);
    this.#sql.giveBack.run(sessionId);
    return this.waitersOf(qr);
  }

  #closeGap(sessionId: SessionId, seq: number): void {
    for (const later of this.#sql.behind.all(sessionId, seq)) this.#sql.number.run(later.seq - 1, later.id);
  }
}

/** The sessions that wait for a callback. By itself SQLite would look through all that waits. */
export const WAITERS = `SELECT DISTINCT session_id AS sessionId FROM callbacks INDEXED BY callbacks_waiting
  WHERE after_webhook_id = ? AND state = 'pending'`;

function prepare(db: Database) {
  return {
    unseen: db.prepare<[SessionId], WaitingQr>(
      `SELECT id, seq, webhook_id AS webhookId FROM callbacks
       WHERE session_id = ? AND state = 'pending' AND kind = 'qr-update' AND maybe_seen = 0`,
    ),
    seen: db.prepare<[number]>('UPDATE callbacks SET maybe_seen = 1 WHERE id = ? AND maybe_seen = 0'),
    unsee: db.prepare<[number]>('UPDATE callbacks SET maybe_seen = 0 WHERE id = ?'),
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    remove: db.prepare<[number]>('DELETE FROM callbacks WHERE id = ?'),
    giveBack: db.prepare<[SessionId]>('UPDATE sequences SET last_seq = last_seq - 1 WHERE session_id = ?'),
    behind: db.prepare<[SessionId, number], { id: number; seq: number }>(
      'SELECT id, seq FROM callbacks WHERE session_id = ? AND seq > ? ORDER BY seq',
    ),
    number: db.prepare<[number, number]>('UPDATE callbacks SET seq = ? WHERE id = ?'),
    numberLast: db.prepare<[{ id: number }]>(
      `UPDATE callbacks SET seq = (SELECT last_seq FROM sequences WHERE session_id = callbacks.session_id)
       WHERE id = @id`,
    ),
    waiters: db.prepare<[string], { sessionId: SessionId }>(WAITERS),
  };
}
