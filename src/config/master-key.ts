import { Secret } from '../kit/secret.ts';
import { ConfigError } from './environment.ts';

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * The master key that one of two variables gives, as 64 hex digits; `null` when neither does.
 * @throws ConfigError when both do, or when it is not 32 random bytes in hex or base64
 */
export function oneMasterKey(given: Readonly<Record<string, Secret | null>>): Secret | null {
  const set = Object.entries(given).flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const [first, second] = set;
  if (first && second) throw new ConfigError(`${first.name} contradicts ${second.name}: set only one of them.`);
  return first ? inHex(first.name, first.value.reveal()) : null;
}

/**
 * Of 256 values each, 32 random bytes have some 30 that differ; fewer than this is a pattern that somebody typed, such as zeros
 * or the example of a manual.
 */
const MIN_DIFFERENT_BYTES = 16;

function inHex(name: string, text: string): Secret {
  const bytes = bytesOf(text);
  if (!bytes) throw new ConfigError(`${name} must be, or hold, a key of 32 bytes as 64 hex digits or as base64.`);
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) {
    throw new ConfigError(`${name} is not random: make a key with "openssl rand -hex 32".`);
  }
  return new Secret(bytes.toString('hex'));
}

function bytesOf(text: string): Buffer | undefined {
  if (HEX.test(text)) return Buffer.from(text, 'hex');
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
