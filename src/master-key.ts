import { Secret } from './kit/secret.ts';
import { ConfigError } from './environment.ts';

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * The master key that one of two variables gives, as 64 hex digits; `null` when neither does.
 * @throws ConfigError when both do, or when it is not 32 bytes in hex or base64
 */
export function oneMasterKey(given: Readonly<Record<string, Secret | null>>): Secret | null {
  const set = Object.entries(given).flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const [first, second] = set;
  if (first && second) throw new ConfigError(`${first.name} contradicts ${second.name}: set only one of them.`);
  return first ? inHex(first.name, first.value.reveal()) : null;
}

function inHex(name: string, text: string): Secret {
  if (HEX.test(text)) return new Secret(text.toLowerCase());
  if (BASE64.test(text)) return new Secret(Buffer.from(text, 'base64').toString('hex'));
  throw new ConfigError(`${name} must be, or hold, a key of 32 bytes as 64 hex digits or as base64.`);
}
