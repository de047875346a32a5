import type { Config } from '../config/config.ts';
import type { Logger } from '../kit/logger.ts';
import { isInContainer, isOwnMachine, LOCALHOST_IN_CONTAINER } from './container.ts';

/** Tells the operator that the server is ready, and where; and of a backend that cannot be where it is said to be. */
export function announceReady(
  { mode, http, backend }: Pick<Config, 'mode' | 'http' | 'backend'>,
  { url, log, inContainer = isInContainer() }: { url: string; log: Logger; inContainer?: boolean },
): void {
  if (inContainer && isOwnMachine(backend.baseUrl)) {
    log.warn(
      { BACKEND_BASE_URL: backend.baseUrl, todo: LOCALHOST_IN_CONTAINER },
      'the backend is looked for in this container',
    );
  }
  const dashboard = http.dashboard ? { dashboard: `${url}/dashboard` } : {};
  log.info({ url, ...dashboard, reference: `${url}/docs`, mode }, 'the orchestrator is ready');
}
