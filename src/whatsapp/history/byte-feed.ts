/** Reads a byte stream piece by piece, whatever its pieces are: each method is a generator that yields when it needs the next one. */
export class ByteFeed {
  #piece: Uint8Array = new Uint8Array();
  #at = 0;
  #before = 0;

  /** The number of bytes that were read or skipped. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** Protobuf's variable-length integer. Beyond 2^53 it is not exact. @throws RangeError when it has more than ten bytes */
  *varint(): Reading<number> {
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      if (this.#at >= this.#piece.length) yield* this.#next();
      const byte = this.#piece[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RangeError('A number has too many bytes');
  }

  /** Skips so many bytes; none of them is kept. */
  *skip(count: number): Reading<void> {
    let left = count;
    while (left > 0) {
      if (this.#at >= this.#piece.length) yield* this.#next();
      const here = Math.min(left, this.#piece.length - this.#at);
      this.#at += here;
      left -= here;
    }
  }

  /** A copy of so many bytes. */
  *take(count: number): Reading<Buffer> {
    const taken = Buffer.alloc(count);
    let filled = 0;
    while (filled < count) {
      if (this.#at >= this.#piece.length) yield* this.#next();
      const part = this.#piece.subarray(this.#at, this.#at + count - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return taken;
  }

  *#next(): Reading<void> {
    this.#before += this.#at;
    this.#at = 0;
    this.#piece = yield;
  }
}

/** Something that is being read: it yields for the next piece of the stream. */
export type Reading<Result> = Generator<undefined, Result, Uint8Array>;

const MAX_VARINT_BYTES = 10;
