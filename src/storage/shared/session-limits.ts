import { AppError } from '../../domain/errors.ts';
import { countPending, type SessionPhase } from '../../domain/session.ts';
import type { SessionLimits } from '../../ports/storage.ts';

/** Why no more sessions may be created; `undefined` when there may be one more. */
export function refusedBy(limits: SessionLimits, counts: ReadonlyMap<SessionPhase, number>): AppError | undefined {
  const { maxSessions, maxPendingSessions } = limits;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (maxSessions > 0 && all >= maxSessions) return new AppError('too_many_sessions');
  return countPending(counts) >= maxPendingSessions ? new AppError('too_many_pending_sessions') : undefined;
}
