import { type Metrics } from '../../src/ports/metrics.ts';

/** Counts nothing, for tests of something else. */
export const noMetrics: Metrics = {
  received: () => undefined,
  sent: () => undefined,
  progressed: () => undefined,
  arrived: () => undefined,
  uploaded: () => undefined,
  committed: () => undefined,
  posted: () => undefined,
  became: () => undefined,
  connectionClosed: () => undefined,
  downloaded: () => undefined,
};
