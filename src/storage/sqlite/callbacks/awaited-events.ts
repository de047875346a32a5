import type { AwaitedEvents } from '../../../ports/callbacks.ts';

/** The parameters of {@link isAwaited}. */
export interface Awaited {
  /** `null` for none. */
  awaitedBy: string | null;
  /** JSON; `null` for all. */
  awaitedKinds: string | null;
  awaitedSinceMs: number;
}

/** Names the events for which a receiver still has time. */
export function awaitedNow(awaited: AwaitedEvents | undefined, nowMs: number): Awaited {
  if (!awaited) return { awaitedBy: null, awaitedKinds: null, awaitedSinceMs: 0 };
  const { subscriptionId, kinds, retentionMs } = awaited;
  return {
    awaitedBy: subscriptionId,
    awaitedKinds: kinds && JSON.stringify(kinds),
    awaitedSinceMs: nowMs - retentionMs,
  };
}

/** The condition of an event that the receiver has not passed yet. Nobody waits for a QR that has expired. */
export function isAwaited(table: 'callbacks' | 'further_events'): string {
  const [number, place] = table === 'callbacks' ? ['seq', 'seq'] : ['number', 'further'];
  return `(@awaitedBy IS NOT NULL AND ${table}.created_at_ms >= @awaitedSinceMs AND ${table}.kind <> 'qr-update'
    AND (@awaitedKinds IS NULL OR ${table}.kind IN (SELECT value FROM json_each(@awaitedKinds)))
    AND ${table}.${number} > COALESCE((SELECT at.${place} FROM subscription_progress AS at
      WHERE at.subscription_id = @awaitedBy AND at.session_id = ${table}.session_id), 0))`;
}
