import type { ClusterHealth, Core, HealthReport } from '../core.ts';
import type { SessionStatus } from '../../domain/session.ts';

/** The server's health, as `GET /health` and the live events report it. */
export interface HealthBody {
  success: boolean;
  status: 'ok' | 'degraded' | 'error';
  /** Seconds since the start. */
  uptime: number;
  version: string;
  sessions: Record<SessionStatus, number>;
  callbacks: { pending: number; deadLettered: number; oldestPendingSeconds: number };
  backend: 'unknown' | 'up' | 'down';
  problems: string[];
  /** Only in a cluster, and for callers with a key. */
  cluster?: ClusterHealth;
}

/** The server's current health, as everybody may see it. */
export async function healthBody({ health, sessions }: Pick<Core, 'health' | 'sessions'>): Promise<HealthBody> {
  return bodyOf(await health.report(), sessions);
}

/** The same of a report. */
export async function bodyOf(report: HealthReport, sessions: Core['sessions']): Promise<HealthBody> {
  const { ok, uptimeSeconds, version, callbacks, backend, problems } = report;
  return {
    success: ok,
    status: statusFor(ok, problems),
    uptime: uptimeSeconds,
    version,
    sessions: await sessions.counts(),
    callbacks,
    backend,
    problems,
  };
}

function statusFor(ok: boolean, problems: readonly string[]): HealthBody['status'] {
  if (!ok) return 'error';
  return problems.length === 0 ? 'ok' : 'degraded';
}
