import { type Chance } from './chance.ts';

/** How long to wait before the next try: the base doubles with each failure, up to the ceiling. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/**
 * Milliseconds before try number `failures + 1`, with full jitter: anything from 0 to the bound, so
 * that many clients which failed together do not come back together.
 */
export function backoffDelayMs(backoff: Backoff, failures: number, chance: Chance): number {
  return jitter(Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures, 30)), chance);
}

/** Anything from 0 to `boundMs`. */
export function jitter(boundMs: number, chance: Chance): number {
  return Math.floor(chance.fraction() * boundMs);
}
