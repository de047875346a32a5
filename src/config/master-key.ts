import { HOW_TO_MAKE } from './weak-secret.ts';
import { Secret } from '../kit/secret.ts';
import type { EnvironmentReader } from './environment.ts';

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * The master key from one of two variables, as 64 hex digits; `null` if neither is set. Refuses both together, and what is not 32 random
 * bytes in hex or base64.
 */
export function oneMasterKey(read: EnvironmentReader, name: 'MASTER_KEY' | 'NEW_MASTER_KEY'): Secret | null {
  const [value, inFile] = [read.secret(name), read.secretFile(`${name}_FILE`)];
  if (value && inFile) read.refuse(name, `${name} conflicts with ${name}_FILE: set only one of them.`);
  if (value) return inHex(read, name, value.reveal());
  return inFile && inHex(read, `${name}_FILE`, inFile.reveal());
}

/**
 * 32 random bytes have about 30 different values. Fewer than this means a typed pattern, such as zeros or an example from a manual.
 */
const MIN_DIFFERENT_BYTES = 16;

function inHex(read: EnvironmentReader, name: string, text: string): Secret | null {
  const bytes = bytesOf(text);
  if (!bytes) {
    read.refuse(name, `${name} must be a 32-byte key as 64 hex digits or base64: ${HOW_TO_MAKE}.`);
    return null;
  }
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) read.refuse(name, `${name} is not random: ${HOW_TO_MAKE}.`);
  return new Secret(bytes.toString('hex'));
}

function bytesOf(text: string): Buffer | undefined {
  if (HEX.test(text)) return Buffer.from(text, 'hex');
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
