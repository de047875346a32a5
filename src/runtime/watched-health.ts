import type { PrometheusMetrics } from '../metrics/prometheus.ts';
import type { SessionManager } from '../sessions/session-manager.ts';
import type { BackendNotifier } from '../webhooks/backend-notifier.ts';
import type { DatabaseBound } from './database-bound.ts';
import { AppHealth, type AppHealthDeps } from './health.ts';

/** The parts that the metrics read at each scrape, besides the health. */
interface WatchedDeps extends AppHealthDeps {
  sessions: Pick<SessionManager, 'ownCounts'>;
  metrics: PrometheusMetrics;
  notifier: BackendNotifier;
  bound: DatabaseBound;
}

/** The health of these parts, which the metrics tell, too. */
export function watchedHealth({ sessions, metrics, ...deps }: WatchedDeps): AppHealth {
  const health = new AppHealth(deps);
  const { notifier, bound: database } = deps;
  metrics.watch({
    ...{ sessions, health, database },
    ...{ breaker: () => notifier.breaker, blocked: () => notifier.blockedSessions },
  });
  return health;
}
