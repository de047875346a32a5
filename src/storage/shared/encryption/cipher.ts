import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { fewRandomBytes } from '../../../kit/random-pool.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts and authenticates `value`, and binds it to `name`. Returns nonce, ciphertext and tag in one buffer. The nonce is
 * random, which is safe for about four billion values under one key.
 */
export function seal(key: KeyObject, name: string, value: string | Uint8Array): Buffer {
  const nonce = fewRandomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(name));
  const ciphertext = typeof value === 'string' ? cipher.update(value, 'utf8') : cipher.update(value);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}

/**
 * Reverses {@link seal}.
 * @throws Error when the value was sealed with another key or name, or is incomplete
 */
export function unseal(key: KeyObject, name: string, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name));
  decipher.setAuthTag(sealed.subarray(Math.max(NONCE_BYTES, sealed.length - TAG_BYTES)));
  const value = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  decipher.final();
  return value;
}
