import { type Database } from 'better-sqlite3';
import { type SessionId } from '../../../domain/session-id.ts';
import {
  apiKeyHash,
  callbackBody,
  chosenOptions,
  credentialsOf,
  fileNameOf,
  journalPart,
  type CellAddress,
  sentContent,
  settingOf,
  signalKey,
  storedAnswer,
} from '../../shared/encryption/cell-address.ts';
import { type Vault } from '../../shared/encryption/vault.ts';

/** A row, by the names of its columns; each is what the place takes there. */
type Row = Record<string, string | Buffer | null>;

/** A table with columns that are encrypted. */
interface SealedTable {
  name: string;
  /** What tells its rows apart. */
  key: readonly string[];
  /** The other columns that a place takes. */
  along?: readonly string[];
  columns: Record<string, (row: Row) => CellAddress>;
}

/** So many rows are in memory at once. */
const PAGE = 500;

const TABLES: readonly SealedTable[] = [
  { name: 'credentials', key: ['session_id'], columns: { value: (row) => credentialsOf(session(row)) } },
  {
    name: 'signal_keys',
    key: ['session_id', 'type', 'id'],
    columns: { value: (row) => signalKey(session(row), text(row, 'type'), text(row, 'id')) },
  },
  {
    name: 'journal',
    key: ['session_id', 'ciphertext_hash'],
    columns: {
      attrs: (row) => journalPart(session(row), 'attrs', row.ciphertext_hash as Buffer),
      plaintext: (row) => journalPart(session(row), 'plaintext', row.ciphertext_hash as Buffer),
    },
  },
  {
    name: 'sent_messages',
    key: ['session_id', 'message_id'],
    columns: { content: (row) => sentContent(session(row), text(row, 'message_id')) },
  },
  {
    name: 'poll_votes',
    key: ['session_id', 'poll_id', 'voter'],
    columns: { options: (row) => chosenOptions(session(row), text(row, 'poll_id'), text(row, 'voter')) },
  },
  {
    name: 'callbacks',
    key: ['webhook_id'],
    along: ['session_id'],
    columns: { body: (row) => callbackBody(session(row), text(row, 'webhook_id')) },
  },
  {
    name: 'idempotency',
    key: ['scope', 'key'],
    columns: {
      request_hash: (row) => storedAnswer('request_hash', text(row, 'scope'), text(row, 'key')),
      body: (row) => storedAnswer('body', text(row, 'scope'), text(row, 'key')),
    },
  },
  {
    name: 'media_files',
    key: ['session_id', 'message_id'],
    columns: { file_name: (row) => fileNameOf(session(row), text(row, 'message_id')) },
  },
  { name: 'settings', key: ['name'], columns: { value: (row) => settingOf(text(row, 'name')) } },
  {
    name: 'api_keys',
    key: ['key_id'],
    along: ['scopes', 'sessions'],
    columns: {
      hash: (row) =>
        apiKeyHash(text(row, 'key_id'), { scopes: text(row, 'scopes'), sessions: textOrNull(row, 'sessions') }),
    },
  },
];

/** Encrypts all that was stored as it is. To be called within a transaction. */
export function sealExisting(db: Database, vault: Vault): void {
  for (const table of TABLES) sealTable(db, vault, table);
}

function sealTable(db: Database, vault: Vault, { name, key, along = [], columns }: SealedTable): void {
  const sealed = Object.keys(columns);
  const keys = key.join(', ');
  const select = `SELECT ${[...key, ...along, ...sealed].join(', ')} FROM ${name}`;
  const first = db.prepare<[], Row>(`${select} ORDER BY ${keys} LIMIT ${PAGE}`);
  const next = db.prepare<Row[string][], Row>(
    `${select} WHERE (${keys}) > (${key.map(() => '?').join(', ')}) ORDER BY ${keys} LIMIT ${PAGE}`,
  );
  const change = db.prepare<Row[string][]>(
    `UPDATE ${name} SET ${sealed.map((column) => `${column} = ?`).join(', ')}
     WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`,
  );
  const keyOf = (row: Row) => key.map((column) => row[column] ?? null);
  for (let rows = first.all(); rows.length > 0; rows = next.all(...keyOf(rows.at(-1) ?? {}))) {
    for (const row of rows) {
      const values = Object.entries(columns).map(([column, cell]) => sealValue(vault, cell(row), row[column] ?? null));
      change.run(...values, ...keyOf(row));
    }
  }
}

function sealValue(vault: Vault, cell: CellAddress, value: string | Buffer | null): string | Buffer | null {
  if (value === null) return null;
  return typeof value === 'string' ? vault.seal(cell, value) : vault.sealBytes(cell, value);
}

function session(row: Row): SessionId {
  return text(row, 'session_id') as SessionId;
}

function text(row: Row, column: string): string {
  return row[column] as string;
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] as string | null;
}
