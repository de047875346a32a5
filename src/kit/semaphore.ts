/** Limits how many tasks run at once. The others queue, first come, first served. */
export class Semaphore {
  #count: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #onLeft: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** How many run, and wait. */
  get size(): number {
    return this.#taken + this.#waiting.length;
  }

  /** Resolves when the next slot becomes free. */
  left(): Promise<void> {
    return new Promise((resolve) => this.#onLeft.push(resolve));
  }

  /** Changes the limit. Running tasks may finish. */
  resize(count: number): void {
    this.#count = count;
    this.#admit();
  }

  /** Runs `work` as soon as a slot is free, and releases the slot afterwards. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.take();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Resolves when a slot is free, with the function that releases it. Calling that twice is harmless. */
  async take(): Promise<() => void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken -= 1;
      this.#admit();
      for (const resolve of this.#onLeft.splice(0)) resolve();
    };
  }

  /** Takes free slots for those who wait before they wake up, so that nobody slips in between. */
  #admit(): void {
    while (this.#taken < this.#count) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#taken += 1;
      next();
    }
  }
}
