import { setTimeout as pause } from 'node:timers/promises';

/** What to wait for, and for how long. */
export interface Deadline {
  /** A noun phrase for the error message: "the webhook messages/received". */
  readonly what: string;
  /** Default: 15 000. */
  readonly timeoutMs?: number;
}

const POLL_INTERVAL_MS = 20;

/** Polls `probe` and resolves with its first result that is not undefined. Rejects when the deadline passes. */
export async function until<Result>(
  probe: () => Result | undefined | Promise<Result | undefined>,
  { what, timeoutMs = 15_000 }: Deadline,
): Promise<Result> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const result = await probe();
    if (result !== undefined) return result;
    if (performance.now() > endMs) throw new Error(`Timed out after ${timeoutMs / 1000} s waiting for ${what}.`);
    await pause(POLL_INTERVAL_MS);
  }
}
