import type Sqlite from 'better-sqlite3';
import type { AnyEventKind } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import {
  apiKeyHash,
  draftMessage,
  callbackBody,
  type CallbackName,
  type CellAddress,
  chosenOptions,
  contactName,
  credentialsOf,
  fileNameOf,
  furtherBody,
  journalPart,
  keptBody,
  labelBody,
  profileOf,
  proxyOf,
  reservingRequest,
  scheduledBody,
  sentContent,
  sentVote,
  settingOf,
  signalKey,
  storedAnswer,
  subscriptionSpec,
  timerOfChat,
} from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';

/** A row by column name. */
type Row = Record<string, string | Buffer | null>;

/** A table with encrypted columns. */
interface SealedTable {
  name: string;
  /** The columns that identify a row. */
  key: readonly string[];
  /** Other columns that are part of a cell address. */
  context?: readonly string[];
  /** The encrypted columns, with the address of their cells. */
  columns: Record<string, (row: Row) => CellAddress>;
}

/** The number of rows in memory at once. */
const PAGE_SIZE = 500;

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
    columns: {
      content: (row) => sentContent(session(row), text(row, 'message_id')),
      vote: (row) => sentVote(session(row), text(row, 'message_id')),
    },
  },
  {
    name: 'scheduled_messages',
    key: ['session_id', 'message_id'],
    columns: { body: (row) => scheduledBody(session(row), text(row, 'message_id')) },
  },
  {
    name: 'poll_votes',
    key: ['session_id', 'poll_id', 'voter'],
    columns: { options: (row) => chosenOptions(session(row), text(row, 'poll_id'), text(row, 'voter')) },
  },
  {
    name: 'contact_names',
    key: ['session_id', 'person'],
    columns: {
      push_name: (row) => contactName('push_name', session(row), text(row, 'person')),
      saved_name: (row) => contactName('saved_name', session(row), text(row, 'person')),
      username: (row) => contactName('username', session(row), text(row, 'person')),
    },
  },
  {
    name: 'chat_timers',
    key: ['session_id', 'chat'],
    columns: { timer: (row) => timerOfChat(session(row), text(row, 'chat')) },
  },
  {
    name: 'chat_labels',
    key: ['session_id', 'label_id'],
    columns: { body: (row) => labelBody(session(row), text(row, 'label_id')) },
  },
  {
    name: 'kept_messages',
    key: ['session_id', 'author', 'message_id', 'chat'],
    columns: { body: (row) => keptBody(session(row), text(row, 'message_id')) },
  },
  {
    name: 'session_profiles',
    key: ['session_id'],
    columns: {
      profile: (row) => profileOf(session(row)),
      proxy: (row) => proxyOf(session(row)),
    },
  },
  {
    name: 'callbacks',
    key: ['webhook_id'],
    context: ['session_id', 'kind', 'instead_webhook_id', 'instead_kind'],
    columns: {
      body: (row) => callbackBody(nameOf(row)),
      instead_body: (row) => callbackBody(nameOf(row, 'instead_')),
    },
  },
  {
    name: 'further_events',
    key: ['session_id', 'webhook_id'],
    context: ['kind'],
    columns: { body: (row) => furtherBody(nameOf(row)) },
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
    name: 'reserved_message_ids',
    key: ['scope', 'key'],
    columns: { request_hash: (row) => reservingRequest(text(row, 'scope'), text(row, 'key')) },
  },
  {
    name: 'media_files',
    key: ['session_id', 'message_id'],
    columns: { file_name: (row) => fileNameOf(session(row), text(row, 'message_id')) },
  },
  { name: 'settings', key: ['name'], columns: { value: (row) => settingOf(text(row, 'name')) } },
  {
    name: 'subscriptions',
    key: ['subscription_id'],
    columns: { spec: (row) => subscriptionSpec(text(row, 'subscription_id')) },
  },
  {
    name: 'api_keys',
    key: ['key_id'],
    context: ['scopes', 'sessions', 'limits'],
    columns: {
      hash: (row) =>
        apiKeyHash(text(row, 'key_id'), {
          scopes: text(row, 'scopes'),
          sessions: textOrNull(row, 'sessions'),
          limits: textOrNull(row, 'limits'),
        }),
    },
  },
  {
    name: 'drafts',
    key: ['id'],
    context: ['session', 'key_id'],
    columns: {
      message: (row) => draftMessage(text(row, 'id'), text(row, 'session') as SessionId, text(row, 'key_id')),
    },
  },
];

/** Encrypts everything that was stored in plaintext. Call it within a transaction. */
export function sealExisting(sqlite: Sqlite.Database, vault: Vault): void {
  for (const table of TABLES) sealTable(sqlite, vault, table);
}

function sealTable(sqlite: Sqlite.Database, vault: Vault, { name, key, context = [], columns }: SealedTable): void {
  const sealed = Object.keys(columns);
  const keys = key.join(', ');
  const select = `SELECT ${[...key, ...context, ...sealed].join(', ')} FROM ${name}`;
  const first = sqlite.prepare<[], Row>(`${select} ORDER BY ${keys} LIMIT ${PAGE_SIZE}`);
  const next = sqlite.prepare<Row[string][], Row>(
    `${select} WHERE (${keys}) > (${key.map(() => '?').join(', ')}) ORDER BY ${keys} LIMIT ${PAGE_SIZE}`,
  );
  const change = sqlite.prepare<Row[string][]>(
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

/** A callback, or with the prefix the one that takes its place. */
function nameOf(row: Row, prefix: '' | 'instead_' = ''): CallbackName {
  const kind = text(row, `${prefix}kind`) as AnyEventKind;
  return { sessionId: session(row), webhookId: text(row, `${prefix}webhook_id`), kind };
}

function text(row: Row, column: string): string {
  return row[column] as string;
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] as string | null;
}
