import { hkdfSync } from 'node:crypto';

const HASH_BYTES = 128;
const INFO = 'WhatsApp Patch Integrity';

/** The hash of nothing. */
export const EMPTY_HASH = Buffer.alloc(HASH_BYTES);

/**
 * The hash of a set of values after some left it and others came: each is expanded to 64 numbers of 16 bits, which are
 * subtracted or added one by one. The order of the changes does not matter.
 */
export function changedHash(
  hash: Uint8Array,
  { removed, added }: { removed: readonly Uint8Array[]; added: readonly Uint8Array[] },
): Buffer {
  const result = Buffer.from(hash);
  for (const value of removed) addTo(result, value, -1);
  for (const value of added) addTo(result, value, 1);
  return result;
}

function addTo(hash: Buffer, value: Uint8Array, sign: 1 | -1): void {
  const expanded = Buffer.from(hkdfSync('sha256', value, Buffer.alloc(0), INFO, HASH_BYTES));
  for (let at = 0; at < HASH_BYTES; at += 2) {
    hash.writeUInt16LE((hash.readUInt16LE(at) + sign * expanded.readUInt16LE(at)) & 0xffff, at);
  }
}
