const EVERY_MS = 20;

/**
 * How long the event loop of this thread stood still because of what it worked on: CPU time, not what a busy machine gave to
 * other processes meanwhile.
 */
export class Stalls {
  #longestMs = 0;
  #at = performance.now();
  #cpu = process.threadCpuUsage();
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    this.#look();
    this.#longestMs = 0;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The longest one since the last call, in ms. */
  take(): number {
    this.#look();
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return Math.round(longest);
  }

  /** Between two looks, others may have had their turn, too, but no timer of ours. */
  #look(): void {
    const [now, { user, system }] = [performance.now(), process.threadCpuUsage(this.#cpu)];
    const worked = (user + system) / 1000;
    this.#longestMs = Math.max(this.#longestMs, Math.min(worked, now - this.#at) - EVERY_MS);
    this.#at = now;
    this.#cpu = process.threadCpuUsage();
  }
}
