import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CallbackArchive, CallbackFilter, Page, ReplaySpan, StoredCallback } from '../../../ports/callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { tellable } from '../../shared/tellable.ts';
import type { Holding } from '../cluster/holding.ts';
import type { Database } from '../database.ts';
import { type PostgresVault, readableJson } from '../encryption/vault.ts';
import { HORIZON } from '../positions.ts';
import { fragment, type Fragment, sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import { isHeldAt } from './held-callbacks.ts';

/** The dependencies of {@link PostgresCallbackArchive}. */
export interface CallbackArchiveDeps {
  readySignal: ReadySignal;
  /** Notified in addition, to end the pause between two attempts. */
  retrySignal: ReadySignal;
  clock: Clock;
  vault: PostgresVault;
  holding: Holding;
}

/** A row of `callbacks`, with its sealed body. */
type Row = Omit<StoredCallback, 'body'> & { body: Buffer };

const COLUMNS = fragment`id, position, webhook_id AS "webhookId", session_id AS "sessionId", seq, kind, body, state, attempts,
  created_at_ms AS "createdAtMs", first_failed_at_ms AS "firstFailedAtMs", last_error AS "lastError",
  settled_at_ms AS "settledAtMs"`;

/** Makes a callback pending again, as if never attempted. It keeps its number, and so goes before those that are pending. */
const RESET = fragment`state = 'pending', attempts = 0, first_failed_at_ms = NULL, settled_at_ms = NULL, hold_until_ms = NULL`;

/** A settled QR has expired, and must not be delivered again. */
const IS_NOT_QR = fragment`kind <> 'qr-update'`;

/** All stored callbacks. */
export class PostgresCallbackArchive implements CallbackArchive {
  readonly #db: Database;
  readonly #deps: CallbackArchiveDeps;

  constructor(db: Database, deps: CallbackArchiveDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async list(filter: CallbackFilter, { after, limit }: Page): Promise<StoredCallback[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM callbacks WHERE ${matches(filter)} AND id > ${after} ORDER BY id LIMIT ${limit}`,
    );
    return rows.map((row) => this.#open(row));
  }

  async find(id: number): Promise<StoredCallback | undefined> {
    const [row] = await this.#db.read<Row>(sql`SELECT ${COLUMNS} FROM callbacks WHERE id = ${id}`);
    return row && this.#open(row);
  }

  async retry(id: number): Promise<boolean> {
    const sessionId = await this.#ownedSessionOf(id);
    if (sessionId === undefined) return false;
    return this.#db.write(sessionId, async (transaction) => {
      const row = await this.#find(transaction, id);
      if (!row) return false;
      const revival = sql`UPDATE callbacks SET ${RESET} WHERE id = ${id} AND state = 'dead' AND ${IS_NOT_QR}`;
      if (row.state !== 'pending' && (await transaction.run(revival)) === 0) return false;
      this.#notifyAfter(transaction, row.sessionId);
      return true;
    });
  }

  async discard(id: number): Promise<boolean> {
    const nowMs = this.#deps.clock.now();
    const sessionId = await this.#ownedSessionOf(id);
    if (sessionId === undefined) return false;
    return this.#db.write(sessionId, async (transaction) => {
      const row = await this.#find(transaction, id);
      if (!row || row.state === 'delivered') return false;
      const changed = await transaction.run(
        sql`UPDATE callbacks SET state = 'unwanted', settled_at_ms = ${nowMs}, last_error = 'it was discarded by request'
            WHERE id = ${id} AND state IN ('pending', 'dead')`,
      );
      if (changed === 0) return true;
      this.#notifyAfter(transaction, row.sessionId);
      return true;
    });
  }

  async replay({ sessionId, sinceMs, untilMs }: ReplaySpan): Promise<number> {
    await this.#deps.holding.takeOrphan(sessionId);
    return this.#db.write(sessionId, async (transaction) => {
      const changed = await transaction.run(
        sql`UPDATE callbacks SET ${RESET} WHERE session_id = ${sessionId}
              AND created_at_ms BETWEEN ${sinceMs} AND ${untilMs} AND state <> 'pending' AND ${IS_NOT_QR}`,
      );
      if (changed > 0) this.#notifyAfter(transaction, sessionId);
      return changed;
    });
  }

  /** Stops before a callback that is held: a reader would get it without its file, and never come back to it. */
  async events({ after, limit }: Page, among?: readonly SessionId[]): Promise<StoredCallback[]> {
    const isHeld = isHeldAt(this.#deps.clock.now());
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM callbacks WHERE ${matches(among ? { among } : {})} AND position > ${after}
            AND position < LEAST(${HORIZON}, (SELECT MIN(position) FROM callbacks WHERE ${isHeld}))
          ORDER BY position LIMIT ${limit}`,
    );
    return rows.map((row) => this.#open(row));
  }

  async #ownedSessionOf(id: number): Promise<SessionId | undefined> {
    const [row] = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT session_id AS "sessionId" FROM callbacks WHERE id = ${id}`,
    );
    if (row) await this.#deps.holding.takeOrphan(row.sessionId);
    return row?.sessionId;
  }

  #find(transaction: Transaction, id: number) {
    return transaction.row<Pick<Row, 'sessionId' | 'state'>>(
      sql`SELECT session_id AS "sessionId", state FROM callbacks WHERE id = ${id} FOR UPDATE`,
    );
  }

  #open(row: Row): StoredCallback {
    const body = readableJson(this.#deps.vault, callbackBody(row), row.body);
    return { ...row, body: body && tellable(body) };
  }

  #notifyAfter(transaction: Transaction, sessionId: SessionId): void {
    transaction.afterCommit(() => {
      this.#deps.readySignal.notify([sessionId]);
      this.#deps.retrySignal.notify([sessionId]);
    });
  }
}

/** One condition for each set of filters: a single one with optional parts could use no index. */
function matches({ state, sessionId, among }: CallbackFilter): Fragment {
  const ofState = state === undefined ? fragment`TRUE` : fragment`state = ${state}`;
  if (sessionId !== undefined) return fragment`session_id = ${sessionId} AND ${ofState}`;
  return among === undefined ? ofState : fragment`session_id = ANY(${among}) AND ${ofState}`;
}
