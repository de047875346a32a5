import { AppError } from '../../domain/errors.ts';
import type { SessionPhase } from '../../domain/session.ts';
import type { SessionLimits } from '../../ports/storage.ts';

/** The phases of sessions that no device is linked to. */
const PENDING: ReadonlySet<SessionPhase> = new Set(['pairing', 'pairing-by-code']);

/** Why no more sessions may be created; `undefined` when there may be one more. */
export function refusedBy(limits: SessionLimits, counts: ReadonlyMap<SessionPhase, number>): AppError | undefined {
  const { maxSessions, maxPendingSessions } = limits;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (maxSessions > 0 && all >= maxSessions) return new AppError('too_many_sessions');
  const pending = [...counts].reduce((sum, [phase, count]) => sum + (PENDING.has(phase) ? count : 0), 0);
  return pending >= maxPendingSessions ? new AppError('too_many_pending_sessions') : undefined;
}
