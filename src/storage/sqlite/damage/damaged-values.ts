import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Damage, DamagedValueStore } from '../../../ports/storage.ts';
import { type CellAddress, COMMON } from '../../shared/encryption/cell-address.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import { nameOfPlace } from '../../shared/place.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { Database } from '../database.ts';
import type { SqliteTimeline } from '../sessions/timeline.ts';

/** A stored value, and where it is. */
export interface StoredValue {
  /** Whose it is; `COMMON` for a value of no session. */
  sessionId: SessionId | typeof COMMON;
  cell: CellAddress;
  stored: string | Buffer;
}

/** The dependencies of {@link SqliteDamagedValues}. */
export interface DamagedValuesDeps {
  timeline: SqliteTimeline;
  clock: Clock;
  /** Called for each value that is set aside. */
  onDamage: (damage: Damage) => void;
}

/**
 * Sets values aside that cannot be read: one damaged row must stop neither a session nor the start. They stay here for two
 * weeks, and the session's timeline names them.
 */
export class SqliteDamagedValues implements DamagedValueStore {
  readonly #db: Database;
  readonly #deps: DamagedValuesDeps;
  readonly #sql: ReturnType<typeof prepare>;
  /** The places whose values are about to be set aside. */
  readonly #noted = new Set<string>();

  constructor(db: Database, deps: DamagedValuesDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  count(): Promise<number> {
    return this.#db.read(() => this.#sql.count.get() ?? 0);
  }

  /**
   * Returns what `read` makes of the value, or `undefined` when it is damaged. Then it is set aside with the next commit,
   * together with `repair`, which takes it out of its row: the row may have changed by then.
   */
  readable<Result>(value: StoredValue, read: () => Result, repair?: () => void): Result | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SealBrokenError || error instanceof SyntaxError)) throw error;
      this.damaged(value, repair);
      return undefined;
    }
  }

  /** Sets a value aside with the next commit, as {@link readable} does. */
  damaged(value: StoredValue, repair: () => void = () => undefined): void {
    const place = value.cell.name;
    if (this.#noted.has(place)) return;
    this.#noted.add(place);
    const write = () => {
      this.setAside(value);
      repair();
      this.#noted.delete(place);
    };
    // A failure of the disk keeps it waiting for a later commit.
    void this.#db.writeLater({ write, undone: () => this.#noted.add(place) }).catch(() => undefined);
  }

  /** Sets the value aside, within the caller's transaction. The same value is told once. */
  setAside({ sessionId, cell, stored }: StoredValue): void {
    const atMs = this.#deps.clock.now();
    const value = typeof stored === 'string' ? Buffer.from(stored) : stored;
    if (this.#sql.add.run({ place: cell.name, sessionId, value, atMs }).changes === 0) return;
    const what = nameOfPlace(cell);
    if (sessionId !== COMMON && this.#sql.session.get(sessionId)) {
      this.#deps.timeline.add(sessionId, { atMs, what: 'damaged', why: `Cannot read a stored value (${what})` });
    }
    this.#deps.onDamage({ sessionId: sessionId === COMMON ? null : sessionId, what });
  }

  /** Forgets what was set aside two weeks ago. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#deps.clock.now() - MESSAGE_RETENTION_MS, limit).changes === limit;
  }
}

function prepare(db: Database) {
  return {
    count: db.prepare<[], number>('SELECT COUNT(*) FROM damaged_values').pluck(),
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    add: db.prepare<[{ place: string; sessionId: string; value: Buffer; atMs: number }]>(
      `INSERT INTO damaged_values (place, session_id, value, found_at_ms) VALUES (@place, @sessionId, @value, @atMs)
       ON CONFLICT (place) DO UPDATE SET value = @value, found_at_ms = @atMs WHERE value <> @value`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM damaged_values WHERE rowid IN (SELECT rowid FROM damaged_values WHERE found_at_ms < ? LIMIT ?)`,
    ),
  };
}
