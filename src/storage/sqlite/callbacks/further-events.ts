import type { AnyEventKind } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { FurtherEventStore, NewFurtherEvent } from '../../../ports/callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { toldBody } from '../../shared/callbacks/told-body.ts';
import { furtherBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { type Awaited, isAwaited } from './awaited-events.ts';
import type { Database } from '../database.ts';

/** The dependencies of {@link SqliteFurtherEventStore}. */
export interface FurtherEventStoreDeps {
  clock: Clock;
  furtherSignal: ReadySignal;
  vault: Vault;
}

/** A new row of `further_events`, which takes the number that the session has counted last. */
interface NewRow {
  sessionId: SessionId;
  webhookId: string;
  kind: AnyEventKind;
  body: string;
  nowMs: number;
}

/** The events that only further webhooks receive. */
export class SqliteFurtherEventStore implements FurtherEventStore {
  readonly #db: Database;
  readonly #deps: FurtherEventStoreDeps;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #add: (sessionId: SessionId, events: readonly NewFurtherEvent[]) => boolean;

  constructor(db: Database, deps: FurtherEventStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
    this.#add = db.transaction((sessionId: SessionId, events: readonly NewFurtherEvent[]) =>
      events.map((event) => this.#store(sessionId, event)).some(Boolean),
    );
  }

  add(sessionId: SessionId, events: readonly NewFurtherEvent[]): Promise<void> {
    return this.#db.write(() => {
      if (this.#add(sessionId, events)) this.#deps.furtherSignal.notify([sessionId]);
    });
  }

  /** Removes up to `limit` events from before this moment, whoever has received them, unless they are `awaited`. Returns whether there may be more. */
  prune(beforeMs: number, awaited: Awaited, limit: number): boolean {
    return this.#sql.prune.run({ beforeMs, limit, ...awaited }).changes === limit;
  }

  /** Returns whether the event was not known yet. */
  #store(sessionId: SessionId, further: NewFurtherEvent): boolean {
    const { event, webhookId } = further;
    const { kind } = event;
    if (this.#sql.known.get(sessionId, webhookId)) return false;
    const sealed = this.#deps.vault.seal(furtherBody({ sessionId, webhookId, kind }), toldBody(further));
    this.#sql.takeNumber.run(sessionId);
    this.#sql.insert.run({ sessionId, webhookId, kind, body: sealed, nowMs: this.#deps.clock.now() });
    return true;
  }
}

function prepare(db: Database) {
  return {
    known: db.prepare<[SessionId, string]>('SELECT 1 FROM further_events WHERE session_id = ? AND webhook_id = ?'),
    takeNumber: db.prepare<[SessionId]>(
      `INSERT INTO sequences (session_id, last_seq, last_further) VALUES (?, 0, 1)
       ON CONFLICT (session_id) DO UPDATE SET last_further = last_further + 1`,
    ),
    insert: db.prepare<[NewRow]>(
      `INSERT INTO further_events (session_id, number, webhook_id, kind, body, after_seq, created_at_ms)
       SELECT session_id, last_further, @webhookId, @kind, @body, last_seq, @nowMs FROM sequences WHERE session_id = @sessionId`,
    ),
    prune: db.prepare<[Awaited & { beforeMs: number; limit: number }]>(
      `DELETE FROM further_events WHERE (session_id, number) IN
         (SELECT session_id, number FROM further_events
            WHERE created_at_ms < @beforeMs AND NOT ${isAwaited('further_events')} LIMIT @limit)`,
    ),
  };
}
