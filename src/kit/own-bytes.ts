/**
 * Moves all bytes within an object that lives long out of memory that they share with others. Node cuts small buffers out of slabs of
 * 64 kB, and frames arrive in one piece: who keeps 32 bytes of such a slab keeps all of it.
 */
export function ownBytes(value: object): void {
  const fields = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields)) {
    if (field instanceof Uint8Array) fields[name] = ownCopy(field);
    else if (typeof field === 'object' && field !== null) ownBytes(field);
  }
}

/**
 * A copy in memory of its own, of the same class. Whether `bytes` share theirs is not asked: V8 keeps up to 64 bytes within the object until
 * somebody reads its `buffer`, which then costs 0.3 kB more.
 */
export function ownCopy(bytes: Uint8Array): Uint8Array {
  // `Buffer.alloc` takes nothing from the slabs, unlike `Buffer.from`.
  const copy = Buffer.isBuffer(bytes) ? Buffer.alloc(bytes.length) : new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
