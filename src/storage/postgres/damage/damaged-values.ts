import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Damage, DamagedValueStore } from '../../../ports/storage.ts';
import { type CellAddress, COMMON } from '../../shared/encryption/cell-address.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import { nameOfPlace } from '../../shared/place.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresTimeline } from '../sessions/timeline.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** A stored value, and where it is. */
export interface StoredValue {
  /** Whose it is; `COMMON` for a value of no session. */
  sessionId: SessionId | typeof COMMON;
  cell: CellAddress;
  stored: Buffer;
}

/** The dependencies of {@link PostgresDamagedValues}. */
export interface DamagedValuesDeps {
  timeline: PostgresTimeline;
  clock: Clock;
  /** Called for each value that is set aside. */
  onDamage: (damage: Damage) => void;
}

/**
 * Sets values aside that cannot be read: one damaged row must stop neither a session nor the start. They stay here for two
 * weeks, and the session's timeline names them.
 */
export class PostgresDamagedValues implements DamagedValueStore {
  readonly #db: Database;
  readonly #deps: DamagedValuesDeps;
  /** The places whose values are about to be set aside. */
  readonly #noted = new Set<string>();

  constructor(db: Database, deps: DamagedValuesDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async count(): Promise<number> {
    const [row] = await this.#db.read<{ count: number }>(sql`SELECT COUNT(*) AS count FROM damaged_values`);
    return row?.count ?? 0;
  }

  /**
   * Returns what `read` makes of the value, or `undefined` when it is damaged. Then it is set aside soon, together with `repair`,
   * which takes it out of its row if it is still there.
   */
  readable<Result>(value: StoredValue, read: () => Result, repair?: Statement): Result | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SealBrokenError || error instanceof SyntaxError)) throw error;
      this.damaged(value, repair);
      return undefined;
    }
  }

  /** Sets a value aside soon, as {@link readable} does. */
  damaged(value: StoredValue, repair?: Statement): void {
    const place = value.cell.name;
    if (this.#noted.has(place)) return;
    this.#noted.add(place);
    const write = async (transaction: Transaction) => {
      await this.setAside(transaction, value);
      if (repair) await transaction.run(repair);
      this.#noted.delete(place);
    };
    // A database that is away keeps it waiting for a later transaction.
    const of = value.sessionId === COMMON ? NO_SESSION : value.sessionId;
    const [undone, lost] = [() => this.#noted.add(place), () => this.#noted.delete(place)];
    void this.#db.writeLater({ of, write, undone, lost, decides: true }).catch(() => undefined);
  }

  /** Sets the value aside. The same value is told once. */
  async setAside(transaction: Transaction, { sessionId, cell, stored }: StoredValue): Promise<void> {
    const atMs = this.#deps.clock.now();
    const added = await transaction.run(
      sql`INSERT INTO damaged_values (place, session_id, value, found_at_ms)
          VALUES (${cell.name}, ${sessionId}, ${stored}, ${atMs}::bigint)
          ON CONFLICT (place) DO UPDATE SET value = excluded.value, found_at_ms = excluded.found_at_ms
          WHERE damaged_values.value <> excluded.value`,
    );
    if (added === 0) return;
    const what = nameOfPlace(cell);
    if (sessionId !== COMMON) {
      const note = { atMs, what: 'damaged', why: `Cannot read a stored value (${what})` } as const;
      await this.#deps.timeline.addIfThere(transaction, sessionId, note);
    }
    transaction.afterCommit(() => this.#deps.onDamage({ sessionId: sessionId === COMMON ? null : sessionId, what }));
  }

  /** Forgets up to `limit` values that were set aside two weeks ago. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - MESSAGE_RETENTION_MS;
    return [
      sql`DELETE FROM damaged_values WHERE place IN
            (SELECT place FROM damaged_values WHERE found_at_ms < ${beforeMs}::bigint LIMIT ${limit}::bigint)`,
    ];
  }
}
