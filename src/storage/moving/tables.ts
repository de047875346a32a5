/**
 * What a column holds, whichever database it is in: `sealed` is base64 or plain text in SQLite and bytes in PostgreSQL, `flag` is 0 or 1
 * and a boolean, `number` counts up within its table or, for positions, within the database, and goes on above what was given.
 */
export type Kind = 'text' | 'integer' | 'flag' | 'bytes' | 'sealed' | 'number';

/** A table that moves from one database to the other. */
export interface MovedTable {
  name: string;
  /** Whether its rows belong to sessions, with `session_id` as their owner; rows with an empty one belong to nobody. */
  isOwned: boolean;
  columns: Readonly<Record<string, Kind>>;
}

/** What both databases have: every table and every column is listed here, and a test compares the list with both schemas. */
export const MOVED_TABLES: readonly MovedTable[] = [
  owned('data_keys', { session_id: 'text', wrapped: 'bytes' }),
  owned('sessions', {
    ...{ session_id: 'text', phase: 'text', phone_number: 'text', whatsapp_user_id: 'text', announced: 'flag' },
    ...{ error_message: 'text', last_seen_ms: 'integer', retry_at_ms: 'integer', restricted_until_ms: 'integer' },
    ...{ created_at_ms: 'integer', updated_at_ms: 'integer' },
  }),
  owned('session_profiles', { session_id: 'text', profile: 'sealed', proxy: 'sealed' }),
  owned('account_ids', { phone_number: 'text', session_id: 'text' }),
  owned('session_aliases', { alias: 'text', session_id: 'text', created_at_ms: 'integer' }),
  owned('credentials', { session_id: 'text', value: 'sealed' }),
  owned('signal_keys', { session_id: 'text', type: 'text', id: 'text', value: 'sealed' }),
  owned('journal', {
    ...{ id: 'number', session_id: 'text', ciphertext_hash: 'bytes', message_key: 'text', message_id: 'text' },
    ...{ delivery: 'text', parts: 'integer', attrs: 'sealed', plaintext: 'bytes' },
    ...{ created_at_ms: 'integer', handled_at_ms: 'integer' },
  }),
  owned('sequences', { session_id: 'text', last_seq: 'integer', last_further: 'integer' }),
  owned('callbacks', {
    ...{ id: 'number', webhook_id: 'text', session_id: 'text', seq: 'integer', position: 'number', kind: 'text' },
    ...{ body: 'sealed', hold_until_ms: 'integer', created_at_ms: 'integer', state: 'text' },
    ...{ attempts: 'integer', first_failed_at_ms: 'integer', last_error: 'text', settled_at_ms: 'integer' },
    ...{ maybe_seen: 'flag', instead_webhook_id: 'text', instead_kind: 'text', instead_body: 'sealed' },
  }),
  owned('sent_messages', {
    ...{ session_id: 'text', message_id: 'text', recipient: 'text', to_number: 'text', content: 'bytes' },
    ...{ vote: 'sealed', status: 'text', created_at_ms: 'integer' },
  }),
  owned('scheduled_messages', {
    ...{ id: 'number', session_id: 'text', message_id: 'text', body: 'sealed', send_at_ms: 'integer' },
    ...{ due_at_ms: 'integer', state: 'text', attempts: 'integer', error_code: 'text', error_message: 'text' },
    ...{ created_at_ms: 'integer', settled_at_ms: 'integer' },
  }),
  owned('conversations', {
    ...{ session_id: 'text', peer: 'text', begun_by_us: 'flag', created_at_ms: 'integer', answered_at_ms: 'integer' },
  }),
  owned('refusals', {
    ...{ session_id: 'text', day_ms: 'integer', code: 'text', count: 'integer', last_at_ms: 'integer' },
  }),
  owned('poll_votes', {
    ...{ session_id: 'text', poll_id: 'text', voter: 'text', options: 'sealed' },
    ...{ voted_at_ms: 'integer', created_at_ms: 'integer' },
  }),
  owned('contact_names', {
    ...{ session_id: 'text', person: 'text', push_name: 'sealed', saved_name: 'sealed', username: 'sealed' },
    learned_at_ms: 'integer',
  }),
  owned('chat_timers', { session_id: 'text', chat: 'text', timer: 'sealed', updated_at_ms: 'integer' }),
  owned('chat_labels', { session_id: 'text', label_id: 'text', body: 'sealed', changed_at_ms: 'integer' }),
  owned('labeled_items', {
    ...{ session_id: 'text', label_id: 'text', chat: 'text', message_id: 'text', changed_at_ms: 'integer' },
  }),
  owned('join_requests', { session_id: 'text', group_id: 'text', person: 'text', asked_at_ms: 'integer' }),
  owned('awaited_numbers', {
    ...{ session_id: 'text', lid: 'text', told: 'text', again: 'text', needless_with: 'text' },
    created_at_ms: 'integer',
  }),
  owned('timeline', { id: 'number', session_id: 'text', at_ms: 'integer', what: 'text', why: 'text' }),
  owned('media_files', {
    ...{ session_id: 'text', message_id: 'text', path: 'text', mimetype: 'text', file_name: 'sealed' },
    ...{ size: 'integer', created_at_ms: 'integer' },
  }),
  owned('kept_messages', {
    ...{ id: 'number', session_id: 'text', chat: 'text', author: 'text', message_id: 'text', sent_at_ms: 'integer' },
    ...{ status: 'text', readable: 'flag', body: 'sealed' },
  }),
  owned('history_settings', { session_id: 'text', days: 'integer' }),
  owned('further_events', {
    ...{ session_id: 'text', number: 'integer', webhook_id: 'text', kind: 'text', body: 'sealed' },
    ...{ after_seq: 'integer', created_at_ms: 'integer' },
  }),
  owned('subscription_progress', {
    ...{ subscription_id: 'text', session_id: 'text', seq: 'integer', attempts: 'integer' },
    ...{ first_failed_at_ms: 'integer', rewinds: 'integer', further: 'integer' },
  }),
  owned('dead_letters', {
    ...{ id: 'number', subscription_id: 'text', session_id: 'text', webhook_id: 'text', kind: 'text' },
    ...{ error: 'text', at_ms: 'integer' },
  }),
  owned('damaged_values', { place: 'text', session_id: 'text', value: 'bytes', found_at_ms: 'integer' }),
  common('subscriptions', { subscription_id: 'text', spec: 'sealed', created_at_ms: 'integer' }),
  common('settings', { name: 'text', value: 'sealed' }),
  common('api_keys', {
    ...{ key_id: 'text', name: 'text', hash: 'sealed', scopes: 'text', sessions: 'text', limits: 'text' },
    created_at_ms: 'integer',
  }),
  common('drafts', {
    ...{ id: 'text', session: 'text', key_id: 'text', message: 'sealed', state: 'text' },
    ...{ created_at_ms: 'integer', changed_at_ms: 'integer' },
  }),
  common('audit', {
    ...{ id: 'number', chain: 'text', seq: 'integer', at_ms: 'integer', caller: 'text', method: 'text', route: 'text' },
    ...{ tool: 'text', session: 'text', status: 'integer', request_id: 'text', previous: 'text', hash: 'text' },
  }),
  common('idempotency', {
    ...{ scope: 'text', key: 'text', request_hash: 'sealed', status: 'integer', body: 'sealed' },
    created_at_ms: 'integer',
  }),
  common('reserved_message_ids', {
    ...{ scope: 'text', key: 'text', request_hash: 'sealed', message_id: 'text', created_at_ms: 'integer' },
  }),
];

/** Tables of one database that say something of it alone. */
export const STAYING_TABLES = {
  sqlite: ['runs'],
  postgres: ['browser_tokens', 'cluster', 'migrations', 'nodes', 'ownership'],
} as const;

/** Columns that say something of one database alone. They are empty after a move. */
export const STAYING_COLUMNS: Readonly<Record<string, readonly string[]>> = { data_keys: ['wrapped_by'] };

/** The tables whose rows belong to sessions. */
export const OWNED_TABLES = MOVED_TABLES.filter(({ isOwned }) => isOwned);

/** The tables with a column `id` that counts up. */
export const COUNTED_TABLES = MOVED_TABLES.filter(({ columns }) => columns.id === 'number').map(({ name }) => name);

function owned(name: string, columns: Record<string, Kind>): MovedTable {
  return { name, isOwned: true, columns };
}

function common(name: string, columns: Record<string, Kind>): MovedTable {
  return { name, isOwned: false, columns };
}
