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
import type { WaitingQr, WaitingQrs } from './waiting-qrs.ts';

/** The parameters of a callback's row. */
interface Content {
  webhookId: string;
  kind: string;
  body: string;
  holdUntilMs: number | null;
  nowMs: number;
  insteadId: string | null;
  insteadKind: string | null;
  insteadBody: string | null;
}

/** What {@link Outbox.commit} stores besides the caller's change. */
export interface Outgoing {
  events: readonly NewCallback[];
  /** The session whose undelivered QR is outdated. */
  withdrawQrOf?: SessionId;
}

/** The row of `sequences` that numbers the callbacks of all sessions; no session has an empty id. */
const ALL = '';
const POSITION = `(SELECT last_seq FROM sequences WHERE session_id = '${ALL}')`;

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
  readonly #transaction: (change: () => void, outgoing: Outgoing) => Stored[];

  constructor(db: Database, { clock, readySignal, vault, qrs, fresh }: OutboxDeps) {
    this.#fresh = fresh;
    this.#vault = vault;
    this.#qrs = qrs;
    this.#clock = clock;
    this.#readySignal = readySignal;
    this.#sql = prepare(db);
    this.#transaction = db.transaction((change: () => void, { events, withdrawQrOf }: Outgoing) => {
      change();
      if (withdrawQrOf !== undefined) this.#qrs.withdraw(withdrawQrOf);
      return events.map((event) => this.#store(event));
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

  #store(callback: NewCallback): Stored {
    const { event, webhookId, unless = [] } = callback;
    if ([webhookId, ...unless].some((id) => this.#sql.known.get(id))) return 'known';
    const { kind } = event;
    const sessionId = event.body.session_id;
    const body = toldBody(callback);
    const content: Content = {
      webhookId,
      kind,
      body: this.#vault.seal(callbackBody({ sessionId, webhookId, kind }), body),
      holdUntilMs: callback.holdUntilMs ?? null,
      nowMs: this.#clock.now(),
      ...this.#substitute(callback.instead),
    };
    const older = kind === 'qr-update' ? this.#qrs.of(sessionId) : undefined;
    if (older) {
      this.#supersede(older, sessionId, content);
      return 'changeable';
    }
    this.#sql.takeNumbers.run(sessionId);
    const { id = 0, seq = 0 } = this.#sql.insert.get({ ...content, sessionId }) ?? {};
    if (mayChange(callback)) return 'changeable';
    const state = { createdAtMs: content.nowMs, attempts: 0, firstFailedAtMs: null };
    return { id, webhookId, sessionId, seq, kind, body: tellable(body), ...state };
  }

  #substitute(instead: NewCallback['instead']): Pick<Content, 'insteadId' | 'insteadKind' | 'insteadBody'> {
    if (!instead) return { insteadId: null, insteadKind: null, insteadBody: null };
    const { event, webhookId } = instead;
    const { kind, body } = event;
    const cell = callbackBody({ sessionId: body.session_id, webhookId, kind });
    return { insteadId: webhookId, insteadKind: kind, insteadBody: this.#vault.seal(cell, toldBody(instead)) };
  }

  /**
   * A newer QR takes over the row of the older one, and moves behind whatever was stored between them: delivered before a
   * "disconnected" that it follows, it would pass for the code of a session that has ended.
   */
  #supersede(older: WaitingQr, sessionId: SessionId, content: Content): void {
    this.#sql.takePosition.run();
    this.#sql.takeOver.run({ ...content, id: older.id });
    this.#qrs.moveLast(older, sessionId);
  }
}

/** Whether something is expected to change it before its delivery. */
function mayChange({ event, instead, holdUntilMs }: NewCallback): boolean {
  return event.kind === 'qr-update' || instead !== undefined || holdUntilMs !== undefined;
}

function prepare(db: Database) {
  return {
    known: db.prepare<[string]>('SELECT 1 FROM callbacks WHERE webhook_id = ?'),
    takeNumbers: db.prepare<[SessionId]>(
      `INSERT INTO sequences (session_id, last_seq) VALUES (?, 1), ('${ALL}', 1)
       ON CONFLICT (session_id) DO UPDATE SET last_seq = last_seq + 1`,
    ),
    takePosition: db.prepare<[]>(`UPDATE sequences SET last_seq = last_seq + 1 WHERE session_id = '${ALL}'`),
    insert: db.prepare<[Content & { sessionId: SessionId }], Pick<PendingCallback, 'id' | 'seq'>>(
      `INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, hold_until_ms, created_at_ms,
         instead_webhook_id, instead_kind, instead_body)
       VALUES (@webhookId, @sessionId, (SELECT last_seq FROM sequences WHERE session_id = @sessionId),
               ${POSITION}, @kind, @body, @holdUntilMs, @nowMs, @insteadId, @insteadKind, @insteadBody)
       RETURNING id, seq`,
    ),
    takeOver: db.prepare<[Content & { id: number }]>(
      `UPDATE callbacks SET webhook_id = @webhookId, kind = @kind, body = @body, created_at_ms = @nowMs, attempts = 0, first_failed_at_ms = NULL, last_error = NULL, position = ${POSITION}
       WHERE id = @id`,
    ),
  };
}
