import type { SessionPhase, SessionRecord } from './session.ts';

/** How long an account reconnects in vain until a person should look. The dashboard has the same time (`accounts/session.js`). */
export const LONG_AWAY_MS = 5 * 60_000;

const OVER: ReadonlySet<SessionPhase> = new Set(['closed', 'failed']);

/**
 * Since when a person should look at a session, in Unix ms: it has ended (logged out, its credentials gone), has failed (banned, replaced,
 * outdated), or reconnects in vain, which a person need not know of before it has lasted. `null` if it is well, if somebody stopped it, or
 * while it waits for a code.
 */
export function troubledSince({ phase, errorMessage, lastSeenMs, updatedAtMs }: SessionRecord): number | null {
  if (OVER.has(phase)) return updatedAtMs;
  // One that was just started has not failed yet, however long ago it was last seen.
  return phase === 'lost' && errorMessage !== null ? (lastSeenMs ?? updatedAtMs) : null;
}

/** Whether a session is fine again, or was stopped by a person; not while it is being linked or repaired. */
export function isAtRest(record: SessionRecord | undefined): boolean {
  const phase = record?.phase;
  return phase === 'online' || phase === 'stopped';
}
