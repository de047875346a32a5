import type { Random } from './random.ts';

/** Exponential backoff: the delay doubles with each failure, from the base up to the maximum. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
  /** The shortest delay. Default 0. */
  minMs?: number;
}

/**
 * Milliseconds to wait before attempt number `failures + 1`, with full jitter: anything between the minimum and the bound, so that
 * clients that failed together do not come back together.
 */
export function backoffDelayMs(backoff: Backoff, failures: number, random: Random): number {
  const { baseMs, maxMs, minMs = 0 } = backoff;
  return minMs + jitter(Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30)) - minMs, random);
}

/** A random delay from 0 (included) to `boundMs` (excluded). */
export function jitter(boundMs: number, random: Random): number {
  return Math.floor(random.fraction() * boundMs);
}
