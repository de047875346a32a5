import type { proto } from '@whiskeysockets/baileys';
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const INFO = 'WhatsApp Mutation Keys';

/** A key that the phone made for the app state. The server never has it. */
export interface SyncKey {
  /** The device that made it (two bytes, 0 for the phone) and its number (four bytes). */
  readonly id: Buffer;
  readonly data: Buffer;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly madeAtMs: number;
}

/** What is derived from a {@link SyncKey}, each for one purpose. */
export interface MutationKeys {
  readonly index: Buffer;
  readonly valueEncryption: Buffer;
  readonly valueMac: Buffer;
  readonly snapshotMac: Buffer;
  readonly patchMac: Buffer;
}

/** Makes a key; `number` counts the keys of the account, from 1. */
export function makeSyncKey(number: number, madeAtMs: number): SyncKey {
  const id = Buffer.alloc(6);
  id.writeUInt32BE(number, 2);
  return { id, data: randomBytes(KEY_BYTES), madeAtMs };
}

/** The keys that are derived from this one. */
export function mutationKeys({ data }: SyncKey): MutationKeys {
  const keys = Buffer.from(hkdfSync('sha256', data, Buffer.alloc(0), INFO, 5 * KEY_BYTES));
  const [index, valueEncryption, valueMac, snapshotMac, patchMac] = [0, 1, 2, 3, 4].map((at) =>
    keys.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES),
  ) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  return { index, valueEncryption, valueMac, snapshotMac, patchMac };
}

/** The key as phones share it with linked devices. */
export function sharedKey({ id, data, madeAtMs }: SyncKey): proto.Message.IAppStateSyncKey {
  const fingerprint = { rawId: id.readUInt32BE(2), currentIndex: 0, deviceIndexes: [0] };
  return { keyId: { keyId: id }, keyData: { keyData: data, timestamp: madeAtMs, fingerprint } };
}

/** HMAC-SHA-256 over all parts. */
export function macOf(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest();
}
