import { type Database } from 'better-sqlite3';
import { type Clock } from '../../../kit/clock.ts';
import {
  type CallbackArchive,
  type CallbackFilter,
  type Page,
  type ReplaySpan,
  type StoredCallback,
} from '../../../ports/callbacks.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { HELD } from './held-callbacks.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { promised } from '../promised.ts';
import { type ReadySignal } from './ready-signal.ts';
import { openOrNull, type Vault } from '../../shared/encryption/vault.ts';

/** What the archive is made of: who is to hear of callbacks that wait again, and what reads them. */
export interface ArchiveDeps {
  readySignal: ReadySignal;
  /** Ends also the pause that a session is in. */
  retrySignal: ReadySignal;
  clock: Clock;
  vault: Vault;
}

/** A callback as it is stored: its body as the vault has sealed it. */
type Row = StoredCallback & { body: string };

/** All callbacks that are kept, as rows. */
export class SqliteCallbackArchive implements CallbackArchive {
  readonly #deps: ArchiveDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: ArchiveDeps) {
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  list(filter: CallbackFilter, page: Page): Promise<StoredCallback[]> {
    const among = JSON.stringify(filter.among ?? null);
    return promised(() => this.#opened(this.#listOf(filter).all({ ...filter, ...page, among })));
  }

  find(id: number): Promise<StoredCallback | undefined> {
    return promised(() => {
      const found = this.#sql.find.get(id);
      return found && this.#open(found);
    });
  }

  retry(id: number): Promise<boolean> {
    return promised(() => {
      const found = this.#sql.find.get(id);
      if (!found || (found.state !== 'pending' && this.#sql.revive.run(id).changes === 0)) return false;
      this.#ring(found.sessionId);
      return true;
    });
  }

  replay({ sessionId, sinceMs, untilMs }: ReplaySpan): Promise<number> {
    return promised(() => {
      const { changes } = this.#sql.replay.run(sessionId, sinceMs, untilMs);
      if (changes > 0) this.#ring(sessionId);
      return changes;
    });
  }

  events(page: Page, among?: readonly SessionId[]): Promise<StoredCallback[]> {
    const statement = among ? this.#sql.eventsAmong : this.#sql.events;
    const nowMs = this.#deps.clock.now();
    return promised(() => this.#opened(statement.all({ ...page, nowMs, among: JSON.stringify(among ?? null) })));
  }

  #listOf({ state, sessionId, among }: CallbackFilter) {
    const { all, ofState, ofSession, ofBoth, ofSessions, ofSessionsAndState } = this.#sql.lists;
    if (sessionId !== undefined) return state === undefined ? ofSession : ofBoth;
    if (among !== undefined) return state === undefined ? ofSessions : ofSessionsAndState;
    return state === undefined ? all : ofState;
  }

  #opened(rows: readonly Row[]): StoredCallback[] {
    return rows.map((row) => this.#open(row));
  }

  #open(row: Row): StoredCallback {
    return { ...row, body: openOrNull(this.#deps.vault, callbackBody(row.sessionId, row.webhookId), row.body) };
  }

  #ring(sessionId: SessionId): void {
    this.#deps.readySignal.ring([sessionId]);
    this.#deps.retrySignal.ring([sessionId]);
  }
}

const COLUMNS = `id, position, webhook_id AS webhookId, session_id AS sessionId, seq, kind, body, state, attempts,
  created_at_ms AS createdAtMs, first_failed_at_ms AS firstFailedAtMs, last_error AS lastError,
  settled_at_ms AS settledAtMs`;

/** Waits again as if it had never been tried. Its number is older than those that wait: it goes before them. */
const ANEW = `state = 'pending', attempts = 0, first_failed_at_ms = NULL, settled_at_ms = NULL, hold_until_ms = NULL`;

/** Of one of the sessions in a JSON list. */
const AMONG = 'session_id IN (SELECT value FROM json_each(@among))';

/** A QR that was settled no longer counts. */
const NO_QR = `kind <> 'qr-update'`;

function prepare(db: Database) {
  return {
    lists: prepareLists(db),
    find: db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM callbacks WHERE id = ?`),
    revive: db.prepare<[number]>(`UPDATE callbacks SET ${ANEW} WHERE id = ? AND state = 'dead' AND ${NO_QR}`),
    replay: db.prepare<[SessionId, number, number]>(
      `UPDATE callbacks SET ${ANEW}
       WHERE session_id = ? AND created_at_ms BETWEEN ? AND ? AND state <> 'pending' AND ${NO_QR}`,
    ),
    events: prepareEvents(db, 'TRUE'),
    eventsAmong: prepareEvents(db, AMONG),
  };
}

/** Not beyond one that waits for its file: it would be told without, and never be come back to. */
function prepareEvents(db: Database, condition: string) {
  return db.prepare<[Page & { nowMs: number; among: string }], Row>(
    `SELECT ${COLUMNS} FROM callbacks WHERE ${condition} AND position > @after
       AND position < COALESCE((SELECT MIN(position) FROM ${HELD}), ${Number.MAX_SAFE_INTEGER})
     ORDER BY position LIMIT @limit`,
  );
}

/** One statement for each set of filters: a single one, with "or it was not asked for", could use no index. */
function prepareLists(db: Database) {
  const list = (condition: string) =>
    db.prepare<[Page & Omit<CallbackFilter, 'among'> & { among: string }], Row>(
      `SELECT ${COLUMNS} FROM callbacks WHERE ${condition} AND id > @after ORDER BY id LIMIT @limit`,
    );
  return {
    all: list('TRUE'),
    ofState: list('state = @state'),
    ofSession: list('session_id = @sessionId'),
    ofBoth: list('session_id = @sessionId AND state = @state'),
    ofSessions: list(AMONG),
    ofSessionsAndState: list(`${AMONG} AND state = @state`),
  };
}
