import pg from 'pg';
import { connectionConfig } from '../../../../src/storage/postgres/connect.ts';
import { PostgresSide } from '../../../../src/storage/postgres/moving/postgres-side.ts';
import { type Kind, MOVED_TABLES, STAYING_COLUMNS, STAYING_TABLES } from '../../../../src/storage/moving/tables.ts';
import { openToMove } from '../../../../src/storage/sqlite/open-database.ts';
import { emptyPostgresUrl } from '../../../harness/shared-postgres.ts';
import { testFolder } from '../../../harness/test-folder.ts';

/** The columns of each table, with their types. */
type Schema = Record<string, Record<string, string>>;

/** Made by a move itself. */
const MARKS = 'moved';

const SQLITE_TYPES: Record<Kind, string> = {
  ...{ text: 'TEXT', sealed: 'TEXT', integer: 'INTEGER', flag: 'INTEGER', number: 'INTEGER', bytes: 'BLOB' },
};
const POSTGRES_TYPES: Record<Kind, string> = {
  ...{ text: 'text', sealed: 'bytea', integer: 'bigint', flag: 'boolean', number: 'bigint', bytes: 'bytea' },
};

function listed(types: Record<Kind, string>): Schema {
  return Object.fromEntries(
    MOVED_TABLES.map(({ name, columns }) => [
      name,
      Object.fromEntries(Object.entries(columns).map(([column, kind]) => [column, types[kind]])),
    ]),
  );
}

function schemaOf(rows: readonly { name: string; column: string; type: string }[], staying: readonly string[]): Schema {
  const schema: Schema = {};
  for (const { name, column, type } of rows) {
    if ([MARKS, ...staying].includes(name) || STAYING_COLUMNS[name]?.includes(column)) continue;
    schema[name] = { ...schema[name], [column]: type };
  }
  return schema;
}

it('lists every table and every column of SQLite', async () => {
  const sqlite = openToMove(await testFolder(), 'target');

  const rows = sqlite
    .prepare<[], { name: string; column: string; type: string }>(
      `SELECT tables.name, columns.name AS "column", columns.type FROM sqlite_master AS tables
       JOIN pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'`,
    )
    .all();
  sqlite.close();

  expect(schemaOf(rows, STAYING_TABLES.sqlite)).toEqual(listed(SQLITE_TYPES));
});

it('lists every table and every column of PostgreSQL', async () => {
  const url = await emptyPostgresUrl();
  await (await PostgresSide.open(url, 'target'))[Symbol.asyncDispose]();
  const client = new pg.Client(connectionConfig(url, { name: 'test' }));
  await client.connect();

  const { rows } = await client.query<{ name: string; column: string; type: string }>(
    `SELECT table_name AS name, column_name AS column, replace(data_type, 'integer', 'bigint') AS type
     FROM information_schema.columns WHERE table_schema = current_schema()`,
  );
  await client.end();

  expect(schemaOf(rows, STAYING_TABLES.postgres)).toEqual(listed(POSTGRES_TYPES));
});
