import { type Core } from '../core.ts';

/** How the server is, as `GET /health` and the live events tell it. */
export interface HealthBody {
  success: boolean;
  status: 'ok' | 'degraded' | 'error';
  /** Seconds since the start. */
  uptime: number;
  version: string;
  sessions: ReturnType<Core['sessions']['counts']>;
  callbacks: { pending: number; deadLettered: number; oldestPendingSeconds: number };
  backend: 'unknown' | 'up' | 'down';
  problems: string[];
}

/** How the server is now. */
export async function healthBody({ health, sessions }: Pick<Core, 'health' | 'sessions'>): Promise<HealthBody> {
  const { ok, uptimeSeconds, version, callbacks, backend, problems } = await health.report();
  return {
    success: ok,
    status: inOneWord(ok, problems),
    uptime: uptimeSeconds,
    version,
    sessions: sessions.counts(),
    callbacks,
    backend,
    problems,
  };
}

function inOneWord(ok: boolean, problems: readonly string[]): HealthBody['status'] {
  if (!ok) return 'error';
  return problems.length === 0 ? 'ok' : 'degraded';
}
