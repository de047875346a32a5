import type { Clock } from '../../kit/clock.ts';

/** Runs `work` with a signal that is aborted after `limitMs`. */
export async function withDeadline<Result>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const timer = clock.after(limitMs, () => controller.abort(new Error('The store did not answer in time')));
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
  }
}

/** Runs `work` with a signal that is aborted once `progress` has returned the same for `limitMs`, or twice that. */
export async function withProgress<Result>(
  clock: Clock,
  limitMs: number,
  progress: () => number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let last = progress();
  const look = () =>
    clock.after(limitMs, () => {
      const now = progress();
      if (now === last) controller.abort(new Error('The store stopped reading'));
      last = now;
      timer = look();
    });
  let timer = look();
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
  }
}
