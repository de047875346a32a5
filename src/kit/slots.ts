/** So many may work at once; the others wait in line, first come, first served. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Does `work` as soon as a slot is free, and frees it afterwards. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.take();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Resolves when there is a slot, with the function that gives it back (calling it twice is harmless). */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#giveBack();
    };
  }

  /** The slot goes straight to the next in line, so that nobody slips in between. */
  #giveBack(): void {
    const next = this.#line.shift();
    if (next) next();
    else this.#free += 1;
  }
}
