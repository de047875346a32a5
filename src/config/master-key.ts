import { Secret } from '../kit/secret.ts';
import { ConfigError } from './environment.ts';

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * The master key from one of two variables, as 64 hex digits; `null` if neither is set.
 * @throws ConfigError if both are set, or if it is not 32 random bytes in hex or base64
 */
export function oneMasterKey(given: Readonly<Record<string, Secret | null>>): Secret | null {
  const set = Object.entries(given).flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const [first, second] = set;
  if (first && second) throw new ConfigError(`${first.name} conflicts with ${second.name}: set only one of them.`);
  return first ? inHex(first.name, first.value.reveal()) : null;
}

/**
 * 32 random bytes have about 30 different values. Fewer than this means a typed pattern, such as zeros or an example from a manual.
 */
const MIN_DIFFERENT_BYTES = 16;

function inHex(name: string, text: string): Secret {
  const bytes = bytesOf(text);
  if (!bytes) throw new ConfigError(`${name} must be a 32-byte key as 64 hex digits or base64.`);
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) {
    throw new ConfigError(`${name} is not random: generate a key with "openssl rand -hex 32".`);
  }
  return new Secret(bytes.toString('hex'));
}

function bytesOf(text: string): Buffer | undefined {
  if (HEX.test(text)) return Buffer.from(text, 'hex');
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
