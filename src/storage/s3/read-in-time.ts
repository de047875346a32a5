import type { Readable } from 'node:stream';
import type { Clock } from '../../kit/clock.ts';

/** Options of {@link readInTime}. */
interface ReadOptions {
  /** How many there are. */
  bytes: number;
  clock: Clock;
  /** How long the next chunk may take, from when it is asked for: a slow reader has all the time in the world. */
  stallMs: number;
}

/** Yields so many bytes of a stream, and fails when it has fewer or stalls. */
export async function* readInTime(
  body: Readable,
  { bytes, clock, stallMs }: ReadOptions,
): AsyncGenerator<Uint8Array, void> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  for (let left = bytes; left > 0;) {
    const timer = clock.after(stallMs, () => body.destroy(new Error('The store stopped sending a file')));
    const { value } = await chunks.next().finally(() => timer.cancel());
    // The reader must not mistake this for the whole file.
    if (value === undefined) throw new Error('The store broke off while it was sending a file');
    yield value.subarray(0, left);
    left -= value.length;
  }
}
