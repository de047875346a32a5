import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Secret } from '../../../kit/secret.ts';
import type { Owner } from './cell-address.ts';
import { seal, unseal } from './cipher.ts';

const KEY_BYTES = 32;
/** The additional authenticated data of a master key that is sent to a running server. */
const NEXT_MASTER_KEY = 'the next master key';

/** The key of 64 hex digits. */
export function keyOf(masterKey: Secret): KeyObject {
  return createSecretKey(masterKey.reveal(), 'hex');
}

/** Names a master key without telling anything about it: 16 hex digits. */
export function idOfMasterKey(masterKey: KeyObject): string {
  return createHmac('sha256', masterKey).update('the id of a master key').digest('hex').slice(0, 16);
}

/** The additional authenticated data of a wrapped data key. */
export function nameOfDataKey(owner: Owner): string {
  return `data_keys.wrapped\0${owner}`;
}

/** Encrypts the next master key for the process that has the database open: only the current key can seal or open it. */
export function sealNextKey({ from, to }: { from: Secret; to: Secret }): string {
  return seal(keyOf(from), NEXT_MASTER_KEY, Buffer.from(to.reveal(), 'hex')).toString('base64');
}

/**
 * Decrypts the master key in the result of {@link sealNextKey}.
 * @throws Error when it was not encrypted with the current master key
 */
export function openNextKey(current: KeyObject, sealed: string): Secret {
  const key = unseal(current, NEXT_MASTER_KEY, Buffer.from(sealed, 'base64'));
  if (key.length !== KEY_BYTES) throw new Error('not a key');
  return new Secret(key.toString('hex'));
}
