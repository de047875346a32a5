import { setTimeout as pause } from 'node:timers/promises';

/** What is waited for, as it reads in front of "did not happen", and for how long. */
export interface Deadline {
  readonly what: string;
  /** 15 000 without it. */
  readonly timeoutMs?: number;
}

const LOOK_AGAIN_MS = 20;

/** The first answer of `look` that is not undefined. Rejects with one sentence when there is none in time. */
export async function until<Fact>(
  look: () => Fact | undefined | Promise<Fact | undefined>,
  { what, timeoutMs = 15_000 }: Deadline,
): Promise<Fact> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const fact = await look();
    if (fact !== undefined) return fact;
    if (performance.now() > endMs) throw new Error(`${what} did not happen within ${timeoutMs / 1000} s.`);
    await pause(LOOK_AGAIN_MS);
  }
}
