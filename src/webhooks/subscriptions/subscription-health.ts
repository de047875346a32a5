import type { Subscription, SubscriptionCounts } from '../../domain/subscription.ts';
import type { SubscriptionHealth } from '../../ports/subscriptions.ts';
import type { BackendNotifier } from '../backend-notifier.ts';

/** How long counts are shared, in ms: counting is not for free, and probes ask often. */
export const COUNTS_FRESH_MS = 10_000;

/** A receiver that restarts is no problem. */
const FAILING_AFTER_MS = 60_000;
const BEHIND_AFTER_SECONDS = 600;

/** How a subscription is doing, whose notifier is missing while it is paused. */
export function subscriptionHealth(
  { id, name, isPaused }: Subscription,
  notifier: Pick<BackendNotifier, 'health' | 'blockedSessions'> | undefined,
  counts: SubscriptionCounts,
  nowMs: number,
): SubscriptionHealth {
  const { lastError, lastErrorSinceMs } = notifier?.health() ?? { lastError: null, lastErrorSinceMs: null };
  const accepts = lastErrorSinceMs === null || nowMs - lastErrorSinceMs < FAILING_AFTER_MS;
  const isBlocked = (notifier?.blockedSessions ?? 0) > 0;
  return {
    ...{ id, name, isPaused, lastError, ...counts },
    isFailing: counts.pending > 0 && (isBlocked || !accepts),
    isBehind: !isPaused && counts.oldestPendingSeconds >= BEHIND_AFTER_SECONDS,
  };
}
