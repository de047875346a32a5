import { type Random } from './random.ts';

/** How long to wait before the next try: the base doubles with each failure, up to the ceiling. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
  /** Never less than this; 0 without it. */
  minMs?: number;
}

/**
 * Milliseconds before try number `failures + 1`, with full jitter: anything from the least to the bound, so
 * that many clients which failed together do not come back together.
 */
export function backoffDelayMs(backoff: Backoff, failures: number, random: Random): number {
  const { baseMs, maxMs, minMs = 0 } = backoff;
  return minMs + jitter(Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30)) - minMs, random);
}

/** Anything from 0 to `boundMs`. */
export function jitter(boundMs: number, random: Random): number {
  return Math.floor(random.fraction() * boundMs);
}
