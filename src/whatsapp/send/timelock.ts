import type { ConnectionState, WASocket } from '@whiskeysockets/baileys';
import { systemClock } from '../../kit/clock.ts';

/** What Baileys reads of a timelock, by query or notification. */
export type ReachoutTimelock = NonNullable<ConnectionState['reachoutTimeLock']>;

/** Nobody is locked for longer; what claims more is garbage. */
const LONGEST_MS = 400 * 24 * 3600_000;

/**
 * Asks WhatsApp until when the account may not write to strangers: Unix ms, or `null` when it says that there is no such lock. A lock
 * without a time that makes sense counts until now. Baileys also emits the answer as a `connection.update`.
 * @throws whatever the query fails with
 */
export async function fetchTimelock(
  socket: Pick<WASocket, 'fetchAccountReachoutTimelock'>,
  nowMs = systemClock.now(),
): Promise<number | null> {
  const lock = await socket.fetchAccountReachoutTimelock();
  return lock.isActive ? (endOf(lock, nowMs) ?? nowMs) : null;
}

/** When a lock ends (Unix ms); `undefined` when WhatsApp says nothing that makes sense. */
export function endOf({ timeEnforcementEnds }: ReachoutTimelock, nowMs: number): number | undefined {
  const endMs = timeEnforcementEnds?.getTime() ?? NaN;
  return endMs >= 0 && endMs <= nowMs + LONGEST_MS ? endMs : undefined;
}
