import type Sqlite from 'better-sqlite3';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Database } from '../database.ts';

/** The row of `sequences` that numbers the callbacks of all sessions; no session has an empty id. */
const ALL = '';

/** The owner of a row of `sequences`. */
type Counted = SessionId | typeof ALL;

/** Where a callback stands: within its session, without gaps, and among those of all sessions. */
export interface CallbackNumber {
  seq: number;
  position: number;
}

/**
 * The numbers that one transaction gives to callbacks. Each row of `sequences` is read once and written once, however many callbacks there
 * are: call {@link save} before the transaction ends, and before anything else looks at those rows.
 */
export class CallbackNumbers {
  readonly #sql: CallbackNumberSql;
  readonly #last = new Map<Counted, number>();

  constructor(sql: CallbackNumberSql) {
    this.#sql = sql;
  }

  /** The next number of the session. */
  next(sessionId: SessionId): CallbackNumber {
    return { seq: this.#take(sessionId), position: this.#take(ALL) };
  }

  /** The next position among the callbacks of all sessions, for one that has its number. */
  nextPosition(): number {
    return this.#take(ALL);
  }

  /** Gives back the number that was taken last, for a callback that was not stored. */
  putBack(sessionId: SessionId, { seq, position }: CallbackNumber): void {
    this.#last.set(sessionId, seq - 1);
    this.#last.set(ALL, position - 1);
  }

  /** Stores what was taken. */
  save(): void {
    for (const [owner, last] of this.#last) this.#sql.save.run(owner, last);
    this.#last.clear();
  }

  #take(owner: Counted): number {
    const next = (this.#last.get(owner) ?? this.#sql.last.get(owner) ?? 0) + 1;
    this.#last.set(owner, next);
    return next;
  }
}

/** The statements of {@link CallbackNumbers}. */
export interface CallbackNumberSql {
  last: Sqlite.Statement<[Counted], number>;
  save: Sqlite.Statement<[Counted, number]>;
}

/** Prepares them once for all transactions. */
export function prepareNumbers(db: Database): CallbackNumberSql {
  return {
    last: db.prepare<[Counted], number>('SELECT last_seq FROM sequences WHERE session_id = ?').pluck(),
    save: db.prepare<[Counted, number]>(
      `INSERT INTO sequences (session_id, last_seq) VALUES (?, ?)
       ON CONFLICT (session_id) DO UPDATE SET last_seq = excluded.last_seq`,
    ),
  };
}
