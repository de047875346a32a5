import { randomBytes } from 'node:crypto';

/** The machine is asked for this many bytes at a time: asking costs more than they do. A multiple of 12, the length of a nonce. */
const POOL_BYTES = 4080;

let pool = Buffer.alloc(0);
let taken = 0;

/** A few random bytes that nobody else gets. To be copied if they are kept: they are a piece of the whole pool. */
export function fewRandomBytes(count: number): Buffer {
  if (taken + count > pool.length) {
    pool = randomBytes(Math.max(POOL_BYTES, count));
    taken = 0;
  }
  return pool.subarray(taken, (taken += count));
}
