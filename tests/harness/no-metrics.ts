import type { Metrics } from '../../src/ports/metrics.ts';

/** Metrics that discard everything, for tests of other things. */
export const noMetrics: Metrics = {
  received: () => undefined,
  sent: () => undefined,
  progressed: () => undefined,
  arrived: () => undefined,
  uploaded: () => undefined,
  committed: () => undefined,
  posted: () => undefined,
  subscriberPosted: () => undefined,
  became: () => undefined,
  connectionClosed: () => undefined,
  downloaded: () => undefined,
};
