import type { ForeignKey } from '../../ports/foreign-store.ts';
import type { KeyChange } from '../../ports/signal.ts';
import { encodeKey } from '../signal/key-codec.ts';
import { isBytes, isObject, parseForeign } from './foreign-json.ts';
import { keyNamed, type KeyType } from './key-names.ts';

const KEY_BYTES = 32;
const MAX_ID = 500;
const MAX_DEVICES = 1_000;

/**
 * How far another program has read what the phone shares of labels, contacts and chats. It is left there: the first login reads everything.
 */
const NOT_TAKEN = 'app-state-sync-version';
/** What each type of key looks like. What does not would only be found out when Baileys stumbles over it. */
const SHAPES: Record<Exclude<KeyType, typeof NOT_TAKEN>, (value: unknown) => boolean> = {
  'pre-key': (value) =>
    isObject(value) && isBytes(value.private, KEY_BYTES) && isBytes(value.public, KEY_BYTES, KEY_BYTES + 1),
  session: (value) => isBytes(value) || (isObject(value) && isObject(value._sessions)),
  'sender-key': (value) => isBytes(value) || Array.isArray(value),
  'sender-key-memory': isObject,
  'identity-key': (value) => isBytes(value, KEY_BYTES, KEY_BYTES + 1),
  'lid-mapping': (value) => typeof value === 'string' && /^\d{1,30}$/.test(value),
  'device-list': (value) =>
    Array.isArray(value) && value.length <= MAX_DEVICES && value.every((device) => /^\d{1,5}$/.test(String(device))),
  'app-state-sync-key': (value) => isObject(value) && value.keyData !== undefined && value.keyData !== null,
  tctoken: (value) => isObject(value) && isBytes(value.token),
};

/**
 * Reads a key of another program: as it is stored here, `undefined` for what is none of Baileys' keys or not taken over, and `damaged`
 * for one that cannot be used.
 */
export function checkKey({ name, isFileName, text }: ForeignKey): KeyChange | 'damaged' | undefined {
  const key = keyNamed(name, { isFileName });
  if (!key || !isTaken(key)) return undefined;
  if (text === undefined || key.id.length > MAX_ID) return 'damaged';
  try {
    const value = parseForeign(text);
    return SHAPES[key.type](value) ? { ...key, value: encodeKey(key.type, value) } : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isTaken<Key extends { type: KeyType }>(key: Key): key is Key & { type: keyof typeof SHAPES } {
  return key.type !== NOT_TAKEN;
}
