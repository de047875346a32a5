import type pg from 'pg';
import type { Secret } from '../../../kit/secret.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { StorageKeyError } from '../../shared/errors.ts';
import { KeyRing } from './key-ring.ts';
import { SealingVault } from './sealing-vault.ts';
import { plainVault, type PostgresVault, type WrappedKey } from './vault.ts';

/** One row, if there is anything that would have been encrypted. */
const CONTENT = `SELECT 1 FROM credentials UNION ALL SELECT 1 FROM signal_keys UNION ALL SELECT 1 FROM callbacks
  UNION ALL SELECT 1 FROM settings UNION ALL SELECT 1 FROM api_keys UNION ALL SELECT 1 FROM sent_messages
  UNION ALL SELECT 1 FROM subscriptions UNION ALL SELECT 1 FROM further_events LIMIT 1`;

const NOT_ENCRYPTED =
  'it is not encrypted, although MASTER_KEY is set; if it is yours, move it to SQLite with `npm run move-storage`, encrypt it there with ENCRYPT_EXISTING_STORAGE=true, and move it back';

/** With what a database is opened. */
export interface VaultOptions {
  /** The database, for messages. */
  database: string;
  masterKey: Secret | null;
  /** The key that replaces it, or has replaced it already. */
  newMasterKey?: Secret | null | undefined;
  /** Called when the database has the new one. */
  onNewMasterKey?: (() => void) | undefined;
}

/**
 * The vault of this database. Rejects a wrong master key, a missing one when the database is encrypted, and one for a database with
 * plaintext: somebody may have put it there, with API keys of their choice.
 * @throws StorageKeyError; Error
 */
export async function openVault(client: pg.ClientBase, options: VaultOptions): Promise<PostgresVault> {
  const { database, masterKey, newMasterKey } = options;
  const { rows: keys } = await client.query<WrappedKey>(
    'SELECT session_id AS owner, wrapped, wrapped_by AS by FROM data_keys',
  );
  if (!masterKey) {
    if (keys.length > 0) throw new StorageKeyError(database, 'is encrypted');
    return plainVault;
  }
  const ring = new KeyRing(newMasterKey ? [masterKey, newMasterKey] : [masterKey]);
  const vault = new SealingVault(ring, keys);
  if (keys.length === 0) {
    await encryptFromNowOn(client, vault);
    return vault;
  }
  const common = keys.find(({ owner }) => owner === COMMON);
  if (!common) throw new Error('its common data key is missing');
  const by = ring.unwrap(common)?.by;
  if (by === undefined) throw new StorageKeyError(database, 'was encrypted with another master key');
  await nameMasterKey(client, common, by);
  if (by !== ring.ids[0]) options.onNewMasterKey?.();
  return vault;
}

async function encryptFromNowOn(client: pg.ClientBase, vault: SealingVault): Promise<void> {
  const { rows } = await client.query(CONTENT);
  if (rows.length > 0) throw new Error(NOT_ENCRYPTED);
  const { wrapped, by } = vault.createCommon();
  await client.query('INSERT INTO data_keys (session_id, wrapped, wrapped_by) VALUES ($1, $2, $3)', [
    COMMON,
    wrapped,
    by,
  ]);
}

/** Names the master key in all rows, which have the same one: an earlier version has written them, or they were moved here. */
async function nameMasterKey(client: pg.ClientBase, common: WrappedKey, id: string): Promise<void> {
  if (common.by === id) return;
  await client.query('BEGIN');
  // Unless it is being changed.
  const { rowCount } = await client.query(
    'SELECT FROM data_keys WHERE session_id = $1 AND wrapped = $2 FOR NO KEY UPDATE',
    [COMMON, common.wrapped],
  );
  if (rowCount === 1) await client.query('UPDATE data_keys SET wrapped_by = $1', [id]);
  await client.query('COMMIT');
}
