/**
 * Frees the memory of `bytes` now; nobody may read them afterwards. A transfer makes garbage faster than it is collected, since the
 * objects are small and only their bytes are large: without this, a process grows by what it transfers. Bytes that share their
 * memory with others are left alone.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength) buffer.transfer(0);
}
