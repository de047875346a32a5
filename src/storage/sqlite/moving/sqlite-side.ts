import { resolve } from 'node:path';
import type Sqlite from 'better-sqlite3';
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
import { withSecureDelete } from '../encryption/secure-delete.ts';
import { openToMove } from '../open-database.ts';
import { moveAway } from './moved-away.ts';

const MARKS =
  'CREATE TABLE IF NOT EXISTS moved (session_id TEXT PRIMARY KEY, source TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT';

/** The row of `sequences` that counts the webhooks of all sessions has the empty id, and is no row of anybody. */
const COUNTER = 'sequences';

/**
 * The database in `folder`, to move from it, or to it: then it is created if necessary.
 * @throws StorageInUseError, StorageTooNewError, StorageTooOldError, StorageUnreadableError
 */
export class SqliteSide implements Side {
  readonly name: string;
  readonly #sqlite: Sqlite.Database;
  #isEncrypted = false;

  constructor(folder: string, role: 'source' | 'target') {
    this.name = `sqlite:${resolve(folder)}`;
    this.#sqlite = openToMove(folder, role);
    if (role === 'target') this.#sqlite.exec(MARKS);
  }

  commonKey(): Promise<Buffer | null> {
    const find = this.#sqlite.prepare<[string], Buffer>('SELECT wrapped FROM data_keys WHERE session_id = ?').pluck();
    return Promise.resolve(find.get(NOBODY) ?? null);
  }

  setEncrypted(isEncrypted: boolean): void {
    this.#isEncrypted = isEncrypted;
  }

  owners(): Promise<string[]> {
    const all = OWNED_TABLES.map(({ name }) => `SELECT session_id FROM ${name}`).join(' UNION ');
    const owners = this.#sqlite.prepare<[], string>(`${all} ORDER BY session_id`).pluck().all();
    return Promise.resolve(owners.filter((owner) => owner !== NOBODY));
  }

  isEmpty(part: Part): Promise<boolean> {
    if (isCounter(part)) return Promise.resolve(true);
    const { text, values } = from(part);
    return Promise.resolve(this.#sqlite.prepare(`SELECT 1 ${text} LIMIT 1`).get(...values) === undefined);
  }

  async *read(part: Part): AsyncGenerator<Row[]> {
    if (isCounter(part)) return;
    const columns = Object.entries(part.table.columns);
    const { text, values } = from(part);
    const select = columns.map(([column, kind]) => (this.#isRaw(kind) ? `CAST(${column} AS BLOB)` : column));
    const statement = this.#sqlite.prepare<string[], Cell[]>(`SELECT ${select.join(', ')} ${text}`).raw();
    let batch: Row[] = [];
    for (const row of statement.iterate(...values)) {
      batch.push(columns.map(([, kind], at) => this.#read(kind, row[at] ?? null)));
      if (batch.length < BATCH) continue;
      yield await Promise.resolve(batch);
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  insert({ name, columns }: MovedTable, rows: readonly Row[]): Promise<void> {
    const kinds = Object.values(columns);
    const values = kinds.map((kind) => (this.#isRaw(kind) ? 'CAST(? AS TEXT)' : '?')).join(', ');
    const insert = this.#sqlite.prepare<Cell[]>(
      `INSERT INTO ${name} (${Object.keys(columns).join(', ')}) VALUES (${values})`,
    );
    for (const row of rows) insert.run(...kinds.map((kind, at) => this.#written(kind, row[at] ?? null)));
    return Promise.resolve();
  }

  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#sqlite.exec('BEGIN');
    try {
      const result = await work();
      this.#sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#sqlite.inTransaction) this.#sqlite.exec('ROLLBACK');
      throw error;
    }
  }

  numbers(): Promise<Numbers> {
    const find = this.#sqlite.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck();
    const position = this.#sqlite.prepare<[], number>(`SELECT last_seq FROM sequences WHERE session_id = ''`).pluck();
    const ids = COUNTED_TABLES.map((name) => [name, find.get(name) ?? 0]);
    return Promise.resolve({ ...(Object.fromEntries(ids) as Numbers), position: position.get() ?? 0 });
  }

  raise({ position = 0, ...ids }: Numbers): Promise<void> {
    const change = this.#sqlite.prepare<[number, string]>(
      'UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = ?',
    );
    const add = this.#sqlite.prepare<[string, number]>('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)');
    for (const [name, id] of Object.entries(ids)) if (change.run(id, name).changes === 0) add.run(name, id);
    this.#sqlite
      .prepare<[number]>(`UPDATE sequences SET last_seq = MAX(last_seq, ?) WHERE session_id = ''`)
      .run(position);
    return Promise.resolve();
  }

  marks(): Promise<Map<string, Mark>> {
    const all = this.#sqlite.prepare<[], Mark & { owner: string }>(
      'SELECT session_id AS owner, source, sha256 FROM moved',
    );
    return Promise.resolve(new Map(all.all().map(({ owner, ...mark }) => [owner, mark])));
  }

  mark(owner: string, { source, sha256 }: Mark): Promise<void> {
    const add = this.#sqlite.prepare<string[]>('INSERT INTO moved (session_id, source, sha256) VALUES (?, ?, ?)');
    add.run(owner, source, sha256);
    return Promise.resolve();
  }

  retire(target: string): Promise<void> {
    moveAway(this.#sqlite, target);
    return Promise.resolve();
  }

  remove(owner: string): Promise<void> {
    withSecureDelete(this.#sqlite, () => {
      for (const { name } of OWNED_TABLES) this.#sqlite.prepare(`DELETE FROM ${name} WHERE session_id = ?`).run(owner);
    });
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#sqlite.close();
    return Promise.resolve();
  }

  /** Unencrypted text is moved as the bytes that it is stored in. */
  #isRaw(kind: Kind): boolean {
    return kind === 'sealed' && !this.#isEncrypted;
  }

  #read(kind: Kind, cell: Cell): Cell {
    return kind === 'sealed' && typeof cell === 'string' ? Buffer.from(cell, 'base64') : cell;
  }

  #written(kind: Kind, cell: Cell): Cell {
    return kind === 'sealed' && this.#isEncrypted && Buffer.isBuffer(cell) ? cell.toString('base64') : cell;
  }
}

function from({ table: { name, isOwned }, owner }: Part): { text: string; values: string[] } {
  return isOwned
    ? { text: `FROM ${name} WHERE session_id = ?`, values: [owner] }
    : { text: `FROM ${name}`, values: [] };
}

function isCounter({ table, owner }: Part): boolean {
  return table.name === COUNTER && owner === NOBODY;
}
