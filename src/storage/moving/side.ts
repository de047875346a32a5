import type { MovedTable } from './tables.ts';

/** A value as both databases mean it: flags are 0 and 1, what may be sealed is bytes. */
export type Cell = string | number | Buffer | null;

/** A row, in the order of its table's columns. */
export type Row = readonly Cell[];

/** The owner of what belongs to no session: settings, API keys, answers, and the data key of what outlives its session. */
export const NOBODY = '';

/** The rows of one owner in one table. */
export interface Part {
  table: MovedTable;
  /** A session, or {@link NOBODY}. */
  owner: string;
}

/** The highest numbers that a database has given: by table, and `position` for the order of all webhooks. */
export type Numbers = Readonly<Record<string, number>>;

/** What was noted of an owner who was moved. */
export interface Mark {
  /** The name of the source. */
  source: string;
  /** The hash of everything that it had in the source. */
  sha256: string;
}

/** How many rows are in memory at once. */
export const BATCH = 200;

/** A database that is moved from or to, exclusively open. */
export interface Side extends AsyncDisposable {
  /** As messages name it. */
  readonly name: string;
  /** The common data key, wrapped; `null` in a database that is not encrypted. */
  commonKey(): Promise<Buffer | null>;
  /** How sealed values are stored. Call it before anything is read or written. */
  setEncrypted(isEncrypted: boolean): void;
  /** All sessions of which there is anything, deleted ones with webhooks included. */
  owners(): Promise<string[]>;
  /** Whether there is no row. */
  isEmpty(part: Part): Promise<boolean>;
  /** The rows in batches. One reading at a time, and only within a transaction. */
  read(part: Part): AsyncIterable<Row[]>;
  insert(table: MovedTable, rows: readonly Row[]): Promise<void>;
  /** Makes all of what `work` writes take effect, or none of it. */
  transaction<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The highest numbers given; 0 for those of which none was given. */
  numbers(): Promise<Numbers>;
  /** Lets numbers go on above these. */
  raise(numbers: Numbers): Promise<void>;
  /** What was moved here, by owner. */
  marks(): Promise<Map<string, Mark>>;
  /** Notes, within a transaction, that everything of this owner is here. */
  mark(owner: string, mark: Mark): Promise<void>;
  /** From here on no server starts on this database. */
  retire(target: string): Promise<void>;
  /** Removes everything of a session, within a transaction. */
  remove(owner: string): Promise<void>;
}
