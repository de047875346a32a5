import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const KEY_BYTES = 32;
const ITERATIONS = 131_072;
const SALT_BYTES = 32;
const CTR_IV_BYTES = 16;
const GCM_IV_BYTES = 12;
const GCM_TAG_BYTES = 16;
const BUNDLE_INFO = 'link_code_pairing_key_bundle_encryption_key';

/** The client's final message: both identity keys and 32 random bytes. */
export interface KeyBundle {
  readonly companionIdentity: Buffer;
  readonly primaryIdentity: Buffer;
  readonly random: Buffer;
}

/** Encrypts a public key with the code: salt, IV, ciphertext (section 6 of the protocol notes). */
export async function wrapKey(code: string, publicKey: Uint8Array): Promise<Buffer> {
  const [salt, iv] = [randomBytes(SALT_BYTES), randomBytes(CTR_IV_BYTES)];
  const cipher = createCipheriv('aes-256-ctr', await keyOf(code, salt), iv);
  return Buffer.concat([salt, iv, cipher.update(publicKey)]);
}

/** Decrypts a public key with the code. A wrong code yields 32 arbitrary bytes, without an error. */
export async function unwrapKey(code: string, wrapped: Buffer): Promise<Buffer> {
  const [salt, iv, hidden] = split(wrapped, SALT_BYTES, CTR_IV_BYTES);
  return createDecipheriv('aes-256-ctr', await keyOf(code, salt), iv).update(hidden);
}

/** Decrypts the bundle; undefined when the two sides do not share the same secret, as after a wrong code. */
export function openKeyBundle(sealed: Buffer, sharedKey: Uint8Array): KeyBundle | undefined {
  const [salt, iv, rest] = split(sealed, SALT_BYTES, GCM_IV_BYTES);
  const key = Buffer.from(hkdfSync('sha256', sharedKey, salt, BUNDLE_INFO, KEY_BYTES));
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv).setAuthTag(rest.subarray(-GCM_TAG_BYTES));
    const plain = Buffer.concat([decipher.update(rest.subarray(0, -GCM_TAG_BYTES)), decipher.final()]);
    const [companionIdentity, primaryIdentity, random] = split(plain, KEY_BYTES, KEY_BYTES);
    return { companionIdentity, primaryIdentity, random };
  } catch {
    return undefined;
  }
}

/** Derives the ADV secret that seals the device identity; a QR contains it instead. */
export function deriveAdvSecret(sharedKey: Uint8Array, identityKey: Uint8Array, random: Uint8Array): Buffer {
  const secrets = Buffer.concat([sharedKey, identityKey, random]);
  return Buffer.from(hkdfSync('sha256', secrets, Buffer.alloc(0), 'adv_secret', KEY_BYTES));
}

function keyOf(code: string, salt: Uint8Array): Promise<Buffer> {
  return promisify(pbkdf2)(code, salt, ITERATIONS, KEY_BYTES, 'sha256');
}

function split(bytes: Buffer, first: number, second: number): [Buffer, Buffer, Buffer] {
  return [bytes.subarray(0, first), bytes.subarray(first, first + second), bytes.subarray(first + second)];
}
