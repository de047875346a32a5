import { PostgresSide } from '../../../../src/storage/postgres/moving/postgres-side.ts';
import { type Move, type MoveResult, moveStorage, type MovedPart } from '../../../../src/storage/moving/move.ts';
import { type Cell, NOBODY, type Row, type Side } from '../../../../src/storage/moving/side.ts';
import { type Kind, MOVED_TABLES, type MovedTable, OWNED_TABLES } from '../../../../src/storage/moving/tables.ts';
import { SqliteSide } from '../../../../src/storage/sqlite/moving/sqlite-side.ts';
import { emptyPostgresUrl } from '../../../harness/shared-postgres.ts';
import { testFolder } from '../../../harness/test-folder.ts';

/** Where a database is. */
export interface Home {
  open(role: 'source' | 'target'): Promise<Side>;
}

/** A folder for a SQLite database. */
export async function sqliteHome(folder?: string): Promise<Home> {
  const where = folder ?? (await testFolder());
  return { open: (role) => Promise.resolve(new SqliteSide(where, role)) };
}

/** An empty PostgreSQL database. */
export async function postgresHome(url?: string): Promise<Home> {
  const where = url ?? (await emptyPostgresUrl());
  return { open: (role) => PostgresSide.open(where, role) };
}

/** How a test moves. */
export interface Moving extends Pick<Move, 'sessions' | 'confirm'> {
  /** Takes the place of the target. */
  through?: (target: Side) => Side;
}

/** Moves, and returns what was told of each owner. */
export async function moved(
  from: Home,
  to: Home,
  { through = (side) => side, ...options }: Moving = {},
): Promise<MoveResult & { told: Record<string, readonly MovedPart[] | undefined> }> {
  await using source = await from.open('source');
  await using target = await to.open('target');
  const told: Record<string, readonly MovedPart[] | undefined> = {};
  const onMoved: Move['onMoved'] = (owner, parts) => (told[owner] = parts);
  return { ...(await moveStorage({ source, target: through(target), ...options, onMoved })), told };
}

/** All rows of both databases, without those that only count. */
export async function everything(home: Home, isEncrypted = false): Promise<Record<string, readonly Row[]>> {
  await using side = await home.open('source');
  side.setEncrypted(isEncrypted);
  const owners = [NOBODY, ...(await side.owners())];
  return await side.transaction(async () => {
    const found: Record<string, readonly Row[]> = {};
    for (const owner of owners) {
      for (const table of owner === NOBODY ? MOVED_TABLES : OWNED_TABLES) {
        const rows: Row[] = [];
        for await (const batch of side.read({ table, owner })) rows.push(...batch);
        found[`${owner} ${table.name}`] = rows.sort((one, other) => (String(one) < String(other) ? -1 : 1));
      }
    }
    return found;
  });
}

/** What strangers write. */
const HOSTILE = [
  'U+0000 \0 within',
  '\0',
  '\u0001',
  '\u0001"marked"',
  '🎉 ñ',
  '',
  "'; DROP TABLE sessions; --",
  '{1,NULL}',
];
/** Tables with one row for each owner. */
const SINGLE = [
  'data_keys',
  'sessions',
  'session_profiles',
  'account_ids',
  'credentials',
  'sequences',
  'history_settings',
];

let count = 0;

function cellOf(kind: Kind, column: string, owner: string): Cell {
  count += 1;
  const text = `${column} ${count} ${HOSTILE[count % HOSTILE.length] ?? ''}`;
  if (column === 'session_id') return owner;
  if (column === 'state') return 'pending';
  if (kind === 'text') return text;
  if (kind === 'flag') return count % 2;
  if (kind === 'bytes' || kind === 'sealed') return Buffer.from(text);
  // Larger than 32 bits where there is room.
  return column === 'status' || column === 'attempts' ? count : 2 ** 41 + count;
}

/** Rows for every table of these owners: some full, some with as little as the table permits. */
export async function fillTables(home: Home, owners: readonly string[], rows = 3): Promise<void> {
  await using side = await home.open('target');
  await side.transaction(async () => {
    for (const owner of [NOBODY, ...owners]) {
      for (const table of MOVED_TABLES) {
        if (owner === NOBODY && table.isOwned && table.name !== 'damaged_values') continue;
        if (owner !== NOBODY && !table.isOwned) continue;
        await side.insert(table, madeRows(table, owner, SINGLE.includes(table.name) ? 1 : rows));
      }
    }
    await side.raise({ callbacks: 2 ** 42, journal: 2 ** 42, timeline: 2 ** 42, position: 2 ** 42 });
  });
}

function madeRows({ name, columns }: MovedTable, owner: string, rows: number): Row[] {
  return Array.from({ length: rows }, (_, at) =>
    Object.entries(columns).map(([column, kind]) => {
      const cell = cellOf(name === 'sent_messages' && column === 'status' ? 'text' : kind, column, owner);
      return at % 2 === 1 && NULLABLE.has(`${name}.${column}`) ? null : cell;
    }),
  );
}

const NULLABLE = new Set([
  ...['callbacks.hold_until_ms', 'callbacks.last_error', 'callbacks.instead_body'],
  ...['journal.message_id', 'journal.handled_at_ms', 'timeline.why', 'media_files.file_name', 'media_files.mimetype'],
  ...[
    'contact_names.push_name',
    'chat_labels.body',
    'sent_messages.to_number',
    'sent_messages.vote',
    'awaited_numbers.needless_with',
    'api_keys.sessions',
  ],
]);
