/** So many may work at once; the others wait in line, first come, first served. */
export class Semaphore {
  #count: number;
  #taken = 0;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** From now on there are so many. Who works at the moment may finish. */
  resize(count: number): void {
    this.#count = count;
    this.#admit();
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
    await new Promise<void>((resolve) => {
      this.#line.push(resolve);
      this.#admit();
    });
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken -= 1;
      this.#admit();
    };
  }

  /** A free slot is taken for the next in line, not by him: nobody slips in between. */
  #admit(): void {
    while (this.#taken < this.#count) {
      const next = this.#line.shift();
      if (!next) return;
      this.#taken += 1;
      next();
    }
  }
}
