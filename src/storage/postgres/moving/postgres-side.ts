import type pg from 'pg';
import {
  BATCH,
  type Cell,
  type Mark,
  NOBODY,
  type Numbers,
  type Part,
  type Row,
  type Side,
} from '../../moving/side.ts';
import { COUNTED_TABLES, type Kind, type MovedTable, OWNED_TABLES } from '../../moving/tables.ts';
import { openToMove } from '../open-to-move.ts';
import { storedText } from '../text.ts';
import { moveAway } from './moved-away.ts';

const MARKS = `CREATE TABLE IF NOT EXISTS moved
  (session_id text PRIMARY KEY, source text NOT NULL, sha256 text NOT NULL)`;

/** The type of a column's values in an insert. */
const TYPES: Readonly<Record<Kind, string>> = {
  ...{ text: 'text', integer: 'bigint', number: 'bigint', flag: 'boolean', bytes: 'bytea', sealed: 'bytea' },
};

/** A cell as the driver reads it. */
type Value = Cell | boolean;

/** A PostgreSQL database, to move from it, or to it. */
export class PostgresSide implements Side {
  readonly name: string;
  readonly #client: pg.Client;

  private constructor(client: pg.Client, name: string) {
    this.#client = client;
    this.name = name;
  }

  /**
   * Connects to the database, whose tables are created if it is the target and new.
   * @throws StorageInUseError, StorageTooNewError, StorageTooOldError, StorageUnreadableError
   */
  static async open(url: string, role: 'source' | 'target'): Promise<PostgresSide> {
    const { client, name } = await openToMove(url, role);
    if (role === 'target') await client.query(MARKS);
    return new PostgresSide(client, name);
  }

  async commonKey(): Promise<Buffer | null> {
    const [row] = await this.#all<{ wrapped: Buffer }>('SELECT wrapped FROM data_keys WHERE session_id = $1', [NOBODY]);
    return row?.wrapped ?? null;
  }

  /** Sealed values are bytes in any case. */
  setEncrypted(): void {
    // Nothing depends on it.
  }

  async owners(): Promise<string[]> {
    const all = OWNED_TABLES.map(({ name }) => `SELECT session_id FROM ${name}`).join(' UNION ');
    const rows = await this.#all<{ owner: string }>(`SELECT session_id AS owner FROM (${all}) AS every ORDER BY 1`);
    return rows.map(({ owner }) => owner).filter((owner) => owner !== NOBODY);
  }

  async isEmpty(part: Part): Promise<boolean> {
    const { text, values } = from(part);
    return (await this.#all(`SELECT 1 ${text} LIMIT 1`, values)).length === 0;
  }

  async *read(part: Part): AsyncGenerator<Row[]> {
    const { text, values } = from(part);
    const columns = Object.keys(part.table.columns).join(', ');
    await this.#client.query(`DECLARE moved_rows NO SCROLL CURSOR FOR SELECT ${columns} ${text}`, values);
    const fetch = { text: `FETCH ${BATCH} FROM moved_rows`, rowMode: 'array' } as const;
    for (;;) {
      const { rows } = await this.#client.query<Value[]>(fetch);
      if (rows.length > 0)
        yield rows.map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
      if (rows.length < BATCH) break;
    }
    await this.#client.query('CLOSE moved_rows');
  }

  async insert({ name, columns }: MovedTable, rows: readonly Row[]): Promise<void> {
    const kinds = Object.values(columns);
    const arrays = kinds.map((kind, at) => `$${at + 1}::${TYPES[kind]}[]`).join(', ');
    const values = kinds.map((kind, at) => rows.map((row) => written(kind, row[at] ?? null)));
    await this.#client.query(
      `INSERT INTO ${name} (${Object.keys(columns).join(', ')}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(${arrays})`,
      values,
    );
  }

  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      const result = await work();
      await this.#client.query('COMMIT');
      return result;
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** A position is the number of a transaction, so one that was never given could have been. */
  async numbers(): Promise<Numbers> {
    const ids: [string, number][] = [];
    for (const name of COUNTED_TABLES) {
      const [sequence] = await this.#all<{ name: string }>(`SELECT pg_get_serial_sequence($1, 'id') AS name`, [name]);
      const [row] = await this.#all<{ last: number }>(
        `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM ${sequence?.name ?? ''}`,
      );
      ids.push([name, row?.last ?? 0]);
    }
    const [row] = await this.#all<{ position: number }>(
      `SELECT CASE WHEN EXISTS (SELECT 1 FROM sequences)
         THEN (pg_current_xact_id()::text::bigint - position_base + 1) * 16384 ELSE 0 END AS position FROM cluster`,
    );
    return { ...Object.fromEntries(ids), position: row?.position ?? 0 };
  }

  async raise({ position = 0, ...ids }: Numbers): Promise<void> {
    for (const [name, id] of Object.entries(ids)) {
      if (id === 0) continue;
      const change = `SELECT setval(sequence, GREATEST($2::bigint, pg_sequence_last_value(sequence)))
        FROM CAST(pg_get_serial_sequence($1, 'id') AS regclass) AS sequence`;
      await this.#client.query(change, [name, id]);
    }
    await this.#client.query(
      `UPDATE cluster SET position_base = LEAST(position_base, pg_current_xact_id()::text::bigint - 1 - $1::bigint / 16384)`,
      [position],
    );
  }

  async marks(): Promise<Map<string, Mark>> {
    const rows = await this.#all<Mark & { owner: string }>('SELECT session_id AS owner, source, sha256 FROM moved');
    return new Map(rows.map(({ owner, ...mark }) => [owner, mark]));
  }

  async mark(owner: string, { source, sha256 }: Mark): Promise<void> {
    const values = [storedText(owner), source, sha256];
    await this.#client.query('INSERT INTO moved (session_id, source, sha256) VALUES ($1, $2, $3)', values);
  }

  retire(target: string): Promise<void> {
    return moveAway(this.#client, target);
  }

  async remove(owner: string): Promise<void> {
    for (const { name } of OWNED_TABLES) {
      await this.#client.query(`DELETE FROM ${name} WHERE session_id = $1`, [storedText(owner)]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #all<Found extends pg.QueryResultRow>(text: string, values: string[] = []): Promise<Found[]> {
    return (await this.#client.query<Found>(text, values)).rows;
  }
}

function from({ table: { name, isOwned }, owner }: Part): { text: string; values: string[] } {
  if (!isOwned) return { text: `FROM ${name}`, values: [] };
  return { text: `FROM ${name} WHERE session_id = $1`, values: [storedText(owner)] };
}

function written(kind: Kind, cell: Cell): Value {
  if (kind === 'flag') return cell === null ? null : cell === 1;
  return kind === 'text' && typeof cell === 'string' ? storedText(cell) : cell;
}
