import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CallbackArchive, CallbackFilter, Page, ReplaySpan, StoredCallback } from '../../../ports/callbacks.ts';
import type { FreshCallbacks } from '../../shared/callbacks/fresh-callbacks.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { readableJson, type Vault } from '../../shared/encryption/vault.ts';
import { tellable } from '../../shared/tellable.ts';
import type { Database } from '../database.ts';
import { HELD } from './held-callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';

/** The dependencies of {@link SqliteCallbackArchive}. */
export interface CallbackArchiveDeps {
  readySignal: ReadySignal;
  /** Notified in addition, to end the pause between two attempts. */
  retrySignal: ReadySignal;
  fresh: FreshCallbacks;
  clock: Clock;
  vault: Vault;
}

/** A row of `callbacks`, with its sealed body. */
type Row = StoredCallback & { body: string };

/** All stored callbacks. */
export class SqliteCallbackArchive implements CallbackArchive {
  readonly #db: Database;
  readonly #deps: CallbackArchiveDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: CallbackArchiveDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  list(filter: CallbackFilter, page: Page): Promise<StoredCallback[]> {
    const among = JSON.stringify(filter.among ?? null);
    return this.#db.read(() => this.#openAll(this.#listFor(filter).all({ ...filter, ...page, among })));
  }

  find(id: number): Promise<StoredCallback | undefined> {
    return this.#db.read(() => {
      const row = this.#sql.find.get(id);
      return row && this.#open(row);
    });
  }

  retry(id: number): Promise<boolean> {
    return this.#db.write(() => {
      const row = this.#sql.find.get(id);
      if (!row || (row.state !== 'pending' && this.#sql.revive.run(id).changes === 0)) return false;
      this.#changed(row.sessionId);
      return true;
    });
  }

  discard(id: number): Promise<boolean> {
    return this.#db.write(() => {
      const row = this.#sql.find.get(id);
      if (!row || row.state === 'delivered') return false;
      if (this.#sql.discard.run({ id, nowMs: this.#deps.clock.now() }).changes === 0) return true;
      this.#changed(row.sessionId);
      return true;
    });
  }

  replay({ sessionId, sinceMs, untilMs }: ReplaySpan): Promise<number> {
    return this.#db.write(() => {
      const { changes } = this.#sql.replay.run(sessionId, sinceMs, untilMs);
      if (changes > 0) this.#changed(sessionId);
      return changes;
    });
  }

  events(page: Page, among?: readonly SessionId[]): Promise<StoredCallback[]> {
    const statement = among ? this.#sql.eventsAmong : this.#sql.events;
    const nowMs = this.#deps.clock.now();
    return this.#db.read(() => this.#openAll(statement.all({ ...page, nowMs, among: JSON.stringify(among ?? null) })));
  }

  #listFor({ state, sessionId, among }: CallbackFilter) {
    const { all, ofState, ofSession, ofBoth, ofSessions, ofSessionsAndState } = this.#sql.lists;
    if (sessionId !== undefined) return state === undefined ? ofSession : ofBoth;
    if (among !== undefined) return state === undefined ? ofSessions : ofSessionsAndState;
    return state === undefined ? all : ofState;
  }

  #openAll(rows: readonly Row[]): StoredCallback[] {
    return rows.map((row) => this.#open(row));
  }

  #open(row: Row): StoredCallback {
    const body = readableJson(this.#deps.vault, callbackBody(row), row.body);
    return { ...row, body: body && tellable(body) };
  }

  #changed(sessionId: SessionId): void {
    this.#deps.fresh.forget(sessionId);
    this.#deps.readySignal.notify([sessionId]);
    this.#deps.retrySignal.notify([sessionId]);
  }
}

const COLUMNS = `id, position, webhook_id AS webhookId, session_id AS sessionId, seq, kind, body, state, attempts,
  created_at_ms AS createdAtMs, first_failed_at_ms AS firstFailedAtMs, last_error AS lastError,
  settled_at_ms AS settledAtMs`;

/** Makes a callback pending again, as if never attempted. It keeps its number, and so goes before those that are pending. */
const RESET = `state = 'pending', attempts = 0, first_failed_at_ms = NULL, settled_at_ms = NULL, hold_until_ms = NULL`;

/** Why a callback is unwanted that somebody discarded. */
const DISCARDED = 'it was discarded by request';

/** In one of the sessions of a JSON array. */
const AMONG = 'session_id IN (SELECT value FROM json_each(@among))';

/** A settled QR has expired, and must not be delivered again. */
const IS_NOT_QR = `kind <> 'qr-update'`;

function prepare(db: Database) {
  return {
    lists: prepareLists(db),
    find: db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM callbacks WHERE id = ?`),
    revive: db.prepare<[number]>(`UPDATE callbacks SET ${RESET} WHERE id = ? AND state = 'dead' AND ${IS_NOT_QR}`),
    discard: db.prepare<[{ id: number; nowMs: number }]>(
      `UPDATE callbacks SET state = 'unwanted', settled_at_ms = @nowMs, last_error = '${DISCARDED}'
       WHERE id = @id AND state IN ('pending', 'dead')`,
    ),
    replay: db.prepare<[SessionId, number, number]>(
      `UPDATE callbacks SET ${RESET}
       WHERE session_id = ? AND created_at_ms BETWEEN ? AND ? AND state <> 'pending' AND ${IS_NOT_QR}`,
    ),
    events: prepareEvents(db, 'TRUE'),
    eventsAmong: prepareEvents(db, AMONG),
  };
}

/** Stops before a callback that is held: a reader would get it without its file, and never come back to it. */
function prepareEvents(db: Database, condition: string) {
  return db.prepare<[Page & { nowMs: number; among: string }], Row>(
    `SELECT ${COLUMNS} FROM callbacks WHERE ${condition} AND position > @after
       AND position < COALESCE((SELECT MIN(position) FROM ${HELD}), ${Number.MAX_SAFE_INTEGER})
     ORDER BY position LIMIT @limit`,
  );
}

/** One statement for each set of filters: a single one with optional conditions could use no index. */
function prepareLists(db: Database) {
  const list = (condition: string) =>
    db.prepare<[Page & Omit<CallbackFilter, 'among'> & { among: string }], Row>(
      `SELECT ${COLUMNS} FROM callbacks WHERE ${condition} AND id > @after ORDER BY id LIMIT @limit`,
    );
  return {
    all: list('TRUE'),
    ofState: list('state = @state'),
    ofSession: prepareListOfSession(db, 'TRUE'),
    // The plus keeps SQLite from looking at the callbacks of all sessions in this state.
    ofBoth: prepareListOfSession(db, '+state = @state'),
    ofSessions: list(`id IN (SELECT id FROM callbacks WHERE ${AMONG} AND id > @after ORDER BY id LIMIT @limit)`),
    ofSessionsAndState: list(`${AMONG} AND state = @state`),
  };
}

/** Its callbacks have their numbers in the order of their ids, which no other index has; a QR gets a new number when it is renewed. */
function prepareListOfSession(db: Database, condition: string) {
  const wanted = `FROM callbacks WHERE session_id = @sessionId AND id > @after AND ${condition}`;
  return db.prepare<[Page & Omit<CallbackFilter, 'among'> & { among: string }], Row>(
    `SELECT * FROM (SELECT ${COLUMNS} ${wanted} AND kind <> 'qr-update' AND seq > COALESCE(
         (SELECT seq FROM callbacks WHERE id = @after AND session_id = @sessionId AND kind <> 'qr-update'), 0)
       ORDER BY seq LIMIT @limit)
     UNION ALL SELECT * FROM (SELECT ${COLUMNS} ${wanted} AND kind = 'qr-update' ORDER BY id LIMIT @limit)
     ORDER BY id LIMIT @limit`,
  );
}
