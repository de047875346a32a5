import type { Clock } from './clock.ts';

/** Resolves with what `work` resolves with, or with `'late'` after `limitMs`; `work` goes on then, and nobody waits for it. */
export async function bounded<Result>(work: Promise<Result>, limitMs: number, clock: Clock): Promise<Result | 'late'> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = clock.after(limitMs, () => resolve('late'));
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.cancel();
  }
}
