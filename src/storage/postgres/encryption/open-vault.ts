import type pg from 'pg';
import { type Secret } from '../../../kit/secret.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { StorageKeyError } from '../../shared/errors.ts';
import { SealingVault } from './sealing-vault.ts';
import { plainVault, type PostgresVault, type WrappedKey } from './vault.ts';

/** One row, if there is anything that would have been encrypted. */
const CONTENT = `SELECT 1 FROM credentials UNION ALL SELECT 1 FROM signal_keys UNION ALL SELECT 1 FROM callbacks
  UNION ALL SELECT 1 FROM settings UNION ALL SELECT 1 FROM api_keys UNION ALL SELECT 1 FROM sent_messages
  UNION ALL SELECT 1 FROM subscriptions UNION ALL SELECT 1 FROM further_events LIMIT 1`;

const NOT_ENCRYPTED =
  'it is not encrypted, although MASTER_KEY is set; if it is yours, move it to SQLite with `npm run move-storage`, encrypt it there with ENCRYPT_EXISTING_STORAGE=true, and move it back';

/**
 * The vault of this database. Rejects a wrong master key, a missing one when the database is encrypted, and one for a database with
 * plaintext: somebody may have put it there, with API keys of their choice.
 * @throws StorageKeyError; Error
 */
export async function openVault(
  client: pg.ClientBase,
  database: string,
  masterKey: Secret | null,
): Promise<PostgresVault> {
  const { rows: keys } = await client.query<WrappedKey>('SELECT session_id AS owner, wrapped FROM data_keys');
  if (!masterKey) {
    if (keys.length > 0) throw new StorageKeyError(database, 'is encrypted');
    return plainVault;
  }
  const vault = new SealingVault(masterKey, keys);
  if (keys.length === 0) {
    const { rows } = await client.query(CONTENT);
    if (rows.length > 0) throw new Error(NOT_ENCRYPTED);
    // From now on the database is an encrypted one.
    await client.query('INSERT INTO data_keys (session_id, wrapped) VALUES ($1, $2)', [COMMON, vault.createCommon()]);
  } else if (!vault.has(COMMON)) {
    if (keys.some(({ owner }) => owner === COMMON)) {
      throw new StorageKeyError(database, 'was encrypted with another master key');
    }
    throw new Error('its common data key is missing');
  }
  return vault;
}
