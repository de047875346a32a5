/** A seeded random number generator (mulberry32): the same seed yields the same numbers. */
export class Dice {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** A number from 0 (included) to 1 (excluded). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number from 0 (included) to `limit` (excluded). */
  below(limit: number): number {
    return this.fraction() * limit;
  }

  /** A random item. Throws a RangeError when there are none. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.below(items.length))];
    if (item === undefined) throw new RangeError('There is nothing to pick from.');
    return item;
  }

  /** True with the given probability. */
  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Independent dice: they do not depend on how often these are thrown afterwards. */
  fork(): Dice {
    return new Dice(Math.floor(this.below(2 ** 32)));
  }
}
