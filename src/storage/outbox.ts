import { type Database } from 'better-sqlite3';
import { type Clock } from '../kit/clock.ts';
import { type NewCallback } from '../domain/callback-ports.ts';
import { type SessionId } from '../domain/session-id.ts';
import { callbackBody } from './places.ts';
import { type ReadyBell } from './ready-bell.ts';
import { type Committed, timed } from './timed.ts';
import { type Vault } from './vault.ts';

/** A QR callback that the backend does not have yet. */
interface WaitingQr {
  id: number;
  seq: number;
  webhookId: string;
}

/** What a callback says, as the statements take it. */
interface Content {
  webhookId: string;
  kind: string;
  body: string;
  after: string | null;
  holdUntilMs: number | null;
  nowMs: number;
}

/** What {@link Outbox.commit} does besides the caller's change. */
interface Outgoing {
  events: readonly NewCallback[];
  /** The session whose undelivered QR is of no use any more. */
  withdrawQrOf?: SessionId;
}

/** The row of `sequences` that numbers the callbacks of all sessions; no session's id is empty. */
const ALL = '';
const POSITION = `(SELECT last_seq FROM sequences WHERE session_id = '${ALL}')`;

/** What callbacks are written with. */
export interface OutboxParts {
  clock: Clock;
  bell: ReadyBell;
  vault: Vault;
  committed: Committed;
}

/** Writes callbacks: together with the change that they tell of, numbered without gaps within their session. */
export class Outbox {
  readonly #clock: Clock;
  readonly #bell: ReadyBell;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #transaction: (change: () => void, outgoing: Outgoing) => { stored: number; ready: SessionId[] };

  constructor(db: Database, { clock, bell, vault, committed }: OutboxParts) {
    this.#vault = vault;
    this.#clock = clock;
    this.#bell = bell;
    this.#sql = prepare(db);
    const transaction = db.transaction((change: () => void, { events, withdrawQrOf }: Outgoing) => {
      change();
      const freed = withdrawQrOf === undefined ? [] : this.#withdrawQr(withdrawQrOf);
      const ready = events.map((event) => this.#store(event));
      return { stored: ready.filter((sessions) => sessions.length > 0).length, ready: [...freed, ...ready.flat()] };
    });
    this.#transaction = timed(transaction, committed);
  }

  /**
   * Does `change` and stores the events in one transaction, then tells of the sessions that have something to do. Answers
   * how many of the events were not there before.
   */
  commit(change: () => void, outgoing: Outgoing): number {
    const { stored, ready } = this.#transaction(change, outgoing);
    this.#bell.ring(ready);
    return stored;
  }

  /**
   * The callbacks behind the removed QR move up by one number. That is honest: callbacks leave in order, so nothing
   * behind an undelivered one was ever posted, and what the backend sees has no gap. Answers the sessions that
   * waited for this QR.
   */
  #withdrawQr(sessionId: SessionId): SessionId[] {
    const qr = this.#sql.waitingQr.get(sessionId);
    if (!qr) return [];
    this.#sql.remove.run(qr.id);
    this.#closeGap(sessionId, qr.seq);
    this.#sql.giveBack.run(sessionId);
    return this.#waitersOf(qr.webhookId);
  }

  /** Answers the sessions that have something to do now; none when the event is already there. */
  #store({ event, webhookId, after, unless = [], holdUntilMs }: NewCallback): SessionId[] {
    if ([webhookId, ...unless].some((id) => this.#sql.known.get(id))) return [];
    const sessionId = event.body.session_id;
    const content: Content = {
      webhookId,
      kind: event.kind,
      body: this.#vault.seal(callbackBody(sessionId, webhookId), JSON.stringify(event.body)),
      after: after ?? null,
      holdUntilMs: holdUntilMs ?? null,
      nowMs: this.#clock.now(),
    };
    const older = event.kind === 'qr-update' ? this.#sql.waitingQr.get(sessionId) : undefined;
    if (older) return [sessionId, ...this.#supersede(older, sessionId, content)];
    this.#sql.takeNumber.run(sessionId);
    this.#sql.takeNumber.run(ALL);
    this.#sql.insert.run({ ...content, sessionId });
    return [sessionId];
  }

  /**
   * The newer QR takes over the row of the older one. Where others were stored between them, it goes behind these:
   * handed over before a "disconnected" that it follows, it would be taken for the code of a session that has ended.
   * Answers the sessions that waited for the older one.
   */
  #supersede(older: WaitingQr, sessionId: SessionId, content: Content): SessionId[] {
    this.#sql.takeNumber.run(ALL);
    this.#sql.takeOver.run({ ...content, id: older.id });
    this.#sql.number.run(0, older.id);
    this.#closeGap(sessionId, older.seq);
    this.#sql.numberLast.run({ id: older.id });
    return this.#waitersOf(older.webhookId);
  }

  #closeGap(sessionId: SessionId, seq: number): void {
    for (const later of this.#sql.behind.all(sessionId, seq)) this.#sql.number.run(later.seq - 1, later.id);
  }

  #waitersOf(webhookId: string): SessionId[] {
    return this.#sql.waiters.all(webhookId).map(({ sessionId }) => sessionId);
  }
}

function prepare(db: Database) {
  return {
    known: db.prepare<[string]>('SELECT 1 FROM callbacks WHERE webhook_id = ?'),
    takeNumber: db.prepare<[SessionId | typeof ALL]>(
      `INSERT INTO sequences (session_id, last_seq) VALUES (?, 1)
       ON CONFLICT (session_id) DO UPDATE SET last_seq = last_seq + 1`,
    ),
    giveBack: db.prepare<[SessionId]>('UPDATE sequences SET last_seq = last_seq - 1 WHERE session_id = ?'),
    insert: db.prepare<[Content & { sessionId: SessionId }]>(
      `INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, after_webhook_id, hold_until_ms,
         created_at_ms)
       VALUES (@webhookId, @sessionId, (SELECT last_seq FROM sequences WHERE session_id = @sessionId),
               ${POSITION}, @kind, @body, @after, @holdUntilMs, @nowMs)`,
    ),
    waitingQr: db.prepare<[SessionId], WaitingQr>(
      `SELECT id, seq, webhook_id AS webhookId FROM callbacks
       WHERE session_id = ? AND state = 'pending' AND kind = 'qr-update'`,
    ),
    takeOver: db.prepare<[Content & { id: number }]>(
      `UPDATE callbacks SET webhook_id = @webhookId, kind = @kind, body = @body, after_webhook_id = @after,
         created_at_ms = @nowMs, attempts = 0, first_failed_at_ms = NULL, last_error = NULL, position = ${POSITION}
       WHERE id = @id`,
    ),
    remove: db.prepare<[number]>('DELETE FROM callbacks WHERE id = ?'),
    behind: db.prepare<[SessionId, number], { id: number; seq: number }>(
      'SELECT id, seq FROM callbacks WHERE session_id = ? AND seq > ? ORDER BY seq',
    ),
    number: db.prepare<[number, number]>('UPDATE callbacks SET seq = ? WHERE id = ?'),
    numberLast: db.prepare<[{ id: number }]>(
      `UPDATE callbacks SET seq = (SELECT last_seq FROM sequences WHERE session_id = callbacks.session_id)
       WHERE id = @id`,
    ),
    waiters: db.prepare<[string], { sessionId: SessionId }>(
      `SELECT DISTINCT session_id AS sessionId FROM callbacks WHERE after_webhook_id = ? AND state = 'pending'`,
    ),
  };
}
