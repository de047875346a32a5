import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { NewCallback, PendingCallback } from '../../../ports/callbacks.ts';
import type { FreshCallbacks } from '../../shared/callbacks/fresh-callbacks.ts';
import { toldBody } from '../../shared/callbacks/told-body.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { tellable } from '../../shared/tellable.ts';
import type { Database } from '../database.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { CallbackNumbers, type CallbackNumberSql, prepareNumbers } from './callback-numbers.ts';
import type { WaitingQrs } from './waiting-qrs.ts';

/** The sealed callback that takes the place of one which the backend refuses. */
type Substitute = [webhookId: string | null, kind: string | null, body: string | null];

/** The columns of a callback's row, in the order of the statement: names cost time for each. */
type Columns = [
  webhookId: string,
  sessionId: SessionId,
  seq: number,
  position: number,
  kind: string,
  body: string,
  holdUntilMs: number | null,
  nowMs: number,
  ...instead: Substitute,
];

/** What {@link Outbox.commit} stores besides the caller's change. */
export interface Outgoing {
  events: readonly NewCallback[];
  /** The session whose undelivered QR is outdated. */
  withdrawQrOf?: SessionId;
}

/** What became of an event: nothing if it was known, a callback, or one that may change before its delivery. */
type Stored = 'known' | 'changeable' | PendingCallback;

/** The dependencies of {@link Outbox}. */
export interface OutboxDeps {
  clock: Clock;
  readySignal: ReadySignal;
  vault: Vault;
  qrs: WaitingQrs;
  fresh: FreshCallbacks;
}

/** Stores callbacks in one transaction with the change that causes them, numbered without gaps within their session. */
export class Outbox {
  readonly #clock: Clock;
  readonly #readySignal: ReadySignal;
  readonly #vault: Vault;
  readonly #qrs: WaitingQrs;
  readonly #fresh: FreshCallbacks;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #numberSql: CallbackNumberSql;
  readonly #transaction: (change: () => void, outgoing: Outgoing) => Stored[];

  constructor(db: Database, { clock, readySignal, vault, qrs, fresh }: OutboxDeps) {
    this.#fresh = fresh;
    this.#vault = vault;
    this.#qrs = qrs;
    this.#clock = clock;
    this.#readySignal = readySignal;
    this.#sql = prepare(db);
    this.#numberSql = prepareNumbers(db);
    this.#transaction = db.transaction((change: () => void, { events, withdrawQrOf }: Outgoing) => {
      change();
      if (withdrawQrOf !== undefined) this.#qrs.withdraw(withdrawQrOf);
      const numbers = new CallbackNumbers(this.#numberSql);
      const stored = events.map((event) => this.#store(event, numbers));
      numbers.save();
      return stored;
    });
  }

  /**
   * Runs `change` and stores the events in one transaction, then notifies the sessions that have something to deliver. Call
   * it within a write. Returns for each event whether it was stored; `false` means that it was known already.
   */
  commit(change: () => void, outgoing: Outgoing): boolean[] {
    const stored = this.#transaction(change, outgoing);
    const owners = outgoing.events.map(({ event }) => event.body.session_id);
    owners.forEach((sessionId, at) => {
      const what = stored[at];
      if (what === 'changeable') this.#fresh.forget(sessionId);
      else if (typeof what === 'object') this.#fresh.add(what);
    });
    const isNew = stored.map((what) => what !== 'known');
    this.#readySignal.notify(owners.filter((_, at) => isNew[at]));
    return isNew;
  }

  #store(callback: NewCallback, numbers: CallbackNumbers): Stored {
    const { event, webhookId, holdUntilMs = null, unless = [] } = callback;
    const { kind } = event;
    const sessionId = event.body.session_id;
    if (unless.some((id) => this.#isKnown(id)) || (kind === 'qr-update' && this.#isKnown(webhookId))) return 'known';
    const body = toldBody(callback);
    const sealed = this.#vault.seal(callbackBody({ sessionId, webhookId, kind }), body);
    const nowMs = this.#clock.now();
    const older = kind === 'qr-update' ? this.#qrs.of(sessionId) : undefined;
    if (older) {
      this.#sql.takeOver.run(webhookId, sealed, nowMs, numbers.nextPosition(), older.id);
      numbers.save();
      this.#qrs.moveLast(older, sessionId);
      return 'changeable';
    }
    const number = numbers.next(sessionId);
    const { seq, position } = number;
    const instead = this.#substitute(callback.instead);
    const row = [webhookId, sessionId, seq, position, kind, sealed, holdUntilMs, nowMs, ...instead] satisfies Columns;
    const { changes, lastInsertRowid } = this.#sql.insert.run(...row);
    if (changes === 0) {
      numbers.putBack(sessionId, number);
      return 'known';
    }
    if (mayChange(callback)) return 'changeable';
    const state = { createdAtMs: nowMs, attempts: 0, firstFailedAtMs: null };
    return { id: Number(lastInsertRowid), webhookId, sessionId, seq, kind, body: tellable(body), ...state };
  }

  #isKnown(webhookId: string): boolean {
    return this.#sql.known.get(webhookId) !== undefined;
  }

  #substitute(instead: NewCallback['instead']): Substitute {
    if (!instead) return [null, null, null];
    const { event, webhookId } = instead;
    const { kind, body } = event;
    const cell = callbackBody({ sessionId: body.session_id, webhookId, kind });
    return [webhookId, kind, this.#vault.seal(cell, toldBody(instead))];
  }
}

/** Whether something is expected to change it before its delivery. */
function mayChange({ event, instead, holdUntilMs }: NewCallback): boolean {
  return event.kind === 'qr-update' || instead !== undefined || holdUntilMs !== undefined;
}

function prepare(db: Database) {
  return {
    known: db.prepare<[string]>('SELECT 1 FROM callbacks WHERE webhook_id = ?'),
    insert: db.prepare<Columns>(
      `INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, hold_until_ms, created_at_ms,
         instead_webhook_id, instead_kind, instead_body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (webhook_id) DO NOTHING`,
    ),
    takeOver: db.prepare<[webhookId: string, body: string, nowMs: number, position: number, id: number]>(
      `UPDATE callbacks SET webhook_id = ?, body = ?, created_at_ms = ?, position = ?, attempts = 0,
         first_failed_at_ms = NULL, last_error = NULL
       WHERE id = ?`,
    ),
  };
}
