import { bounded } from './bounded.ts';
import type { Clock } from './clock.ts';

/** How long an answer is shared by default, and how long one is waited for where there is an older one. */
const FRESH_MS = 1_000;
const LIMIT_MS = 2_000;

/**
 * Asks once for all who want to know within a second, or `freshMs`. While no answer comes, or a failure, the last answer is given, however old;
 * a failure only where there is none.
 */
export class Recent<Answer> {
  readonly #ask: () => Promise<Answer>;
  readonly #clock: Clock;
  readonly #freshMs: number;
  #last: { answer: Answer; atMs: number } | undefined;
  #asking: Promise<Answer> | undefined;

  constructor(ask: () => Promise<Answer>, clock: Clock, freshMs = FRESH_MS) {
    this.#ask = ask;
    this.#clock = clock;
    this.#freshMs = freshMs;
  }

  async get(): Promise<Answer> {
    const last = this.#last;
    if (last && this.#clock.monotonic() - last.atMs < this.#freshMs) return last.answer;
    this.#asking ??= this.#askAnew().finally(() => (this.#asking = undefined));
    if (!last) return this.#asking;
    const answer = await bounded(
      this.#asking.then(
        (given) => ({ given }),
        () => 'late' as const,
      ),
      LIMIT_MS,
      this.#clock,
    );
    return answer === 'late' ? last.answer : answer.given;
  }

  async #askAnew(): Promise<Answer> {
    const answer = await this.#ask();
    this.#last = { answer, atMs: this.#clock.monotonic() };
    return answer;
  }
}
