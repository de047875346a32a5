import { createHash } from 'node:crypto';
import type { Row } from './side.ts';

const MODULUS = 1n << 256n;

/**
 * Count and SHA-256 of a table. The two databases sort differently, so the hashes of its rows are added up: the order does not count,
 * and any difference in a row, a missing one or a second one does. SQLite stores U+FFFD in place of lone surrogates, which counts as the same.
 */
export class TableDigest {
  #rows = 0;
  #sum = 0n;

  /** The number of rows. */
  get rows(): number {
    return this.#rows;
  }

  /** The hash, in 64 hex digits. */
  get sha256(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }

  /** Adds a row. */
  add(row: Row): void {
    const hash = createHash('sha256');
    for (const cell of row) {
      const bytes = Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell).toWellFormed(), 'utf16le');
      hash.update(`${cell === null ? 'null' : typeof cell} ${bytes.length} `).update(bytes);
    }
    this.#rows += 1;
    this.#sum = (this.#sum + BigInt(`0x${hash.digest('hex')}`)) % MODULUS;
  }

  /** Whether both are of the same rows. */
  equals(other: TableDigest): boolean {
    return this.#rows === other.#rows && this.#sum === other.#sum;
  }
}
