import { BufferJSON, type KeyPair, proto, type SignalDataTypeMap } from '@whiskeysockets/baileys';

/** How {@link encode} marks bytes. */
const BYTES = '"type":"Buffer"';
/** Of each half of a key pair. */
const KEY_BYTES = 32;

/** A value as text. Bytes survive: Baileys' own JSON form carries them as base64. */
export function encode(value: unknown): string {
  return JSON.stringify(value, BufferJSON.replacer);
}

/** What {@link encode} wrote. The state of a ratchet, which is read with each message, has no bytes: there is nothing to revive. */
export function decode(text: string): unknown {
  return text.includes(BYTES) ? JSON.parse(text, BufferJSON.reviver) : JSON.parse(text);
}

/** A key as text. Of pre-keys an account makes some eight hundred at a time: they are both halves of the pair as base64. */
export function encodeKey(type: string, value: unknown): string {
  return type === 'pre-key' && isKeyPair(value)
    ? Buffer.concat([value.private, value.public]).toString('base64')
    : encode(value);
}

/** What {@link encodeKey} wrote, now or when pre-keys were written as the others are. */
export function decodeKey(type: keyof SignalDataTypeMap, text: string): unknown {
  if (type === 'pre-key' && !text.startsWith('{')) {
    const bytes = Buffer.from(text, 'base64');
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
