import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { FurtherEventStore, NewFurtherEvent } from '../../../ports/callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { toldBody } from '../../shared/callbacks/told-body.ts';
import { furtherBody } from '../../shared/encryption/cell-address.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { type Fragment, sql, type Statement } from '../sql.ts';

/** The dependencies of {@link PostgresFurtherEventStore}. */
export interface FurtherEventStoreDeps {
  clock: Clock;
  furtherSignal: ReadySignal;
  vault: PostgresVault;
}

/** The events that only further webhooks receive. */
export class PostgresFurtherEventStore implements FurtherEventStore {
  readonly #db: Database;
  readonly #deps: FurtherEventStoreDeps;

  constructor(db: Database, deps: FurtherEventStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async add(sessionId: SessionId, events: readonly NewFurtherEvent[]): Promise<void> {
    const insertion = this.#insertion(sessionId, firstOfEach(events));
    await this.#db.send(sessionId, async (transaction) => {
      if ((await transaction.run(insertion)) === 0) return;
      transaction.afterCommit(() => this.#deps.furtherSignal.notify([sessionId]));
    });
  }

  /** Removes up to `limit` events from before this moment, whoever has received them, unless they are `awaited`. */
  pruning(beforeMs: number, awaited: Fragment, limit: number): Statement[] {
    return [
      sql`DELETE FROM further_events WHERE (session_id, number) IN
            (SELECT session_id, number FROM further_events
             WHERE created_at_ms < ${beforeMs} AND NOT ${awaited} LIMIT ${limit})`,
    ];
  }

  #insertion(sessionId: SessionId, events: readonly NewFurtherEvent[]): Statement {
    const { clock, vault } = this.#deps;
    const bodies = events.map((further) => {
      const { event, webhookId } = further;
      return vault.seal(furtherBody({ sessionId, webhookId, kind: event.kind }), toldBody(further));
    });
    return sql`WITH given AS (
        SELECT * FROM unnest(${events.map(({ webhookId }) => webhookId)}::text[],
          ${events.map(({ event }) => event.kind)}::text[], ${bodies}::bytea[])
          WITH ORDINALITY AS given (webhook_id, kind, body, place)
      ), fresh AS (
        SELECT webhook_id, kind, body, row_number() OVER (ORDER BY place) AS nth, COUNT(*) OVER () AS total
        FROM given WHERE webhook_id NOT IN (
          SELECT webhook_id FROM further_events
          WHERE session_id = ${sessionId} AND webhook_id IN (SELECT webhook_id FROM given))
      ), numbers AS (
        INSERT INTO sequences (session_id, last_seq, last_further) SELECT DISTINCT ${sessionId}, 0, total FROM fresh
        ON CONFLICT (session_id) DO UPDATE SET last_further = sequences.last_further + excluded.last_further
        RETURNING session_id, last_seq, last_further
      )
      INSERT INTO further_events (session_id, number, webhook_id, kind, body, after_seq, created_at_ms)
      SELECT session_id, last_further - total + nth, webhook_id, kind, body, last_seq, ${clock.now()}
      FROM fresh CROSS JOIN numbers ON CONFLICT DO NOTHING`;
  }
}

function firstOfEach(events: readonly NewFurtherEvent[]): NewFurtherEvent[] {
  return [...new Map(events.toReversed().map((event) => [event.webhookId, event])).values()].toReversed();
}
