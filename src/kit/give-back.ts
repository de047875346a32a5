/**
 * Gives the memory of `bytes` back now; nobody may read them afterwards. A transfer makes garbage much faster than it is
 * collected, since there is little of it but its bytes, and a process would grow by what it transfers. Bytes that share
 * their memory with others are left alone.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength) buffer.transfer(0);
}
