import { stopwatch } from '../kit/clock.ts';

/** Told of each transaction how long it took to be on the disk, in ms. */
export type Committed = (ms: number) => void;

/** The same transaction, measured; one that fails was never stored, and is not told of. */
export function timed<Args extends unknown[], Result>(
  transaction: (...args: Args) => Result,
  committed: Committed,
): (...args: Args) => Result {
  return (...args) => {
    const elapsedMs = stopwatch();
    const result = transaction(...args);
    committed(elapsedMs());
    return result;
  };
}
