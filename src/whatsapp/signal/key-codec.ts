import { BufferJSON, type KeyPair, proto, type SignalDataTypeMap } from '@whiskeysockets/baileys';

/** How {@link encode} marks bytes. */
const BYTES = '"type":"Buffer"';
/** The length of each half of a key pair. */
const KEY_BYTES = 32;

/** Encodes a value as text. Bytes survive: Baileys' own JSON form carries them as base64. */
export function encode(value: unknown): string {
  return JSON.stringify(value, BufferJSON.replacer);
}

/**
 * Decodes what {@link encode} wrote. The state of a ratchet, which is read with every message, has no bytes: there is
 * nothing to revive.
 */
export function decode(text: string): unknown {
  return text.includes(BYTES) ? JSON.parse(text, BufferJSON.reviver) : JSON.parse(text);
}

/**
 * Encodes a key as text. An account creates some eight hundred pre-keys at a time, so these are only both halves of the
 * pair, as base64.
 */
export function encodeKey(type: string, value: unknown): string {
  return type === 'pre-key' && isKeyPair(value)
    ? Buffer.concat([value.private, value.public]).toString('base64')
    : encode(value);
}

/**
 * Decodes what {@link encodeKey} wrote, also pre-keys from when they were encoded like all other keys.
 * @throws Error when the text is damaged
 */
export function decodeKey(type: keyof SignalDataTypeMap, text: string): unknown {
  if (type === 'pre-key' && !text.startsWith('{')) {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== 2 * KEY_BYTES) throw new Error('not a key pair');
    return { private: bytes.subarray(0, KEY_BYTES), public: bytes.subarray(KEY_BYTES) };
  }
  const value = decode(text);
  // Baileys calls methods of an app-state key: it must be the protobuf class again, not a plain object.
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value;
}

function isKeyPair(value: unknown): value is KeyPair {
  const { private: secret, public: shown } = (value ?? {}) as Partial<KeyPair>;
  return secret?.length === KEY_BYTES && shown?.length === KEY_BYTES;
}
