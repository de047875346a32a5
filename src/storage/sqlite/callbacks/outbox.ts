import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { NewCallback } from '../../../ports/callbacks.ts';
import { toldBody } from '../../shared/callbacks/told-body.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
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

/** The dependencies of {@link Outbox}. */
export interface OutboxDeps {
  clock: Clock;
  readySignal: ReadySignal;
  vault: Vault;
  qrs: WaitingQrs;
}

/** Stores callbacks in one transaction with the change that causes them, numbered without gaps within their session. */
export class Outbox {
  readonly #clock: Clock;
  readonly #readySignal: ReadySignal;
  readonly #vault: Vault;
  readonly #qrs: WaitingQrs;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #transaction: (change: () => void, outgoing: Outgoing) => boolean[];

  constructor(db: Database, { clock, readySignal, vault, qrs }: OutboxDeps) {
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
    this.#readySignal.notify(outgoing.events.filter((_, at) => stored[at]).map(({ event }) => event.body.session_id));
    return stored;
  }

  /** Returns whether the event was not known yet. */
  #store({ event, webhookId, session, unless = [], holdUntilMs, instead }: NewCallback): boolean {
    if ([webhookId, ...unless].some((id) => this.#sql.known.get(id))) return false;
    const sessionId = event.body.session_id;
    const content: Content = {
      webhookId,
      kind: event.kind,
      body: this.#sealed({ event, webhookId, session }),
      holdUntilMs: holdUntilMs ?? null,
      nowMs: this.#clock.now(),
      ...this.#substitute(instead),
    };
    const older = event.kind === 'qr-update' ? this.#qrs.of(sessionId) : undefined;
    if (older) {
      this.#supersede(older, sessionId, content);
      return true;
    }
    this.#sql.takeNumber.run(sessionId);
    this.#sql.takeNumber.run(ALL);
    this.#sql.insert.run({ ...content, sessionId });
    return true;
  }

  #substitute(instead: NewCallback['instead']): Pick<Content, 'insteadId' | 'insteadKind' | 'insteadBody'> {
    if (!instead) return { insteadId: null, insteadKind: null, insteadBody: null };
    return { insteadId: instead.webhookId, insteadKind: instead.event.kind, insteadBody: this.#sealed(instead) };
  }

  #sealed(callback: Pick<NewCallback, 'event' | 'webhookId' | 'session'>): string {
    const { event, webhookId } = callback;
    const { kind, body } = event;
    return this.#vault.seal(callbackBody({ sessionId: body.session_id, webhookId, kind }), toldBody(callback));
  }

  /**
   * A newer QR takes over the row of the older one, and moves behind whatever was stored between them: delivered before a
   * "disconnected" that it follows, it would pass for the code of a session that has ended.
   */
  #supersede(older: WaitingQr, sessionId: SessionId, content: Content): void {
    this.#sql.takeNumber.run(ALL);
    this.#sql.takeOver.run({ ...content, id: older.id });
    this.#qrs.moveLast(older, sessionId);
  }
}

function prepare(db: Database) {
  return {
    known: db.prepare<[string]>('SELECT 1 FROM callbacks WHERE webhook_id = ?'),
    takeNumber: db.prepare<[SessionId | typeof ALL]>(
      `INSERT INTO sequences (session_id, last_seq) VALUES (?, 1)
       ON CONFLICT (session_id) DO UPDATE SET last_seq = last_seq + 1`,
    ),
    insert: db.prepare<[Content & { sessionId: SessionId }]>(
      `INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, hold_until_ms, created_at_ms,
         instead_webhook_id, instead_kind, instead_body)
       VALUES (@webhookId, @sessionId, (SELECT last_seq FROM sequences WHERE session_id = @sessionId),
               ${POSITION}, @kind, @body, @holdUntilMs, @nowMs, @insteadId, @insteadKind, @insteadBody)`,
    ),
    takeOver: db.prepare<[Content & { id: number }]>(
      `UPDATE callbacks SET webhook_id = @webhookId, kind = @kind, body = @body, created_at_ms = @nowMs, attempts = 0, first_failed_at_ms = NULL, last_error = NULL, position = ${POSITION}
       WHERE id = @id`,
    ),
  };
}
