import { type DeliveryFailure, type Evidence, isAnswer, isBreakdown } from './retry-policy.ts';

/**
 * The most that the time between two answers counts. It is longer than any pause of ours: when the backend asked for a longer
 * one, or the machine slept, nobody knows what it would have answered meanwhile.
 */
const LONGEST_GAP_MS = 120_000;

/** For how long a callback has been answered, and refused, without a gap of silence. Silence is no answer and does not count. */
export class AnsweredTime {
  readonly #answers = new Span();
  readonly #breakdowns = new Span();

  /** Adds the time since the attempt before, if both were answered. */
  add(failure: DeliveryFailure, nowMs: number): Pick<Evidence, 'answeredMs' | 'brokenMs'> {
    return {
      answeredMs: this.#answers.add(isAnswer(failure), nowMs),
      brokenMs: this.#breakdowns.add(isBreakdown(failure), nowMs),
    };
  }
}

/** The time between neighbouring attempts that both count. */
class Span {
  #totalMs = 0;
  #lastAtMs: number | undefined;

  /** Returns the time until now. */
  add(counts: boolean, nowMs: number): number {
    const gapMs = nowMs - (this.#lastAtMs ?? nowMs);
    if (counts) this.#totalMs += Math.min(gapMs, LONGEST_GAP_MS);
    this.#lastAtMs = counts ? nowMs : undefined;
    return this.#totalMs;
  }
}
