import type { AwaitedEvents } from '../../../ports/callbacks.ts';
import { fragment, type Fragment } from '../sql.ts';

/** The conditions of the events that a receiver has not passed yet, and for which it still has time. */
export function awaitedNow(
  awaited: AwaitedEvents | undefined,
  nowMs: number,
): Record<'callback' | 'further', Fragment> {
  if (!awaited) return { callback: fragment`FALSE`, further: fragment`FALSE` };
  return {
    callback: fragment`(${isYoung(awaited, nowMs, fragment`callbacks`)} AND callbacks.seq > COALESCE((
      SELECT at.seq FROM subscription_progress AS at
      WHERE at.subscription_id = ${awaited.subscriptionId} AND at.session_id = callbacks.session_id), 0))`,
    further: fragment`(${isYoung(awaited, nowMs, fragment`further_events`)} AND further_events.number > COALESCE((
      SELECT at.further FROM subscription_progress AS at
      WHERE at.subscription_id = ${awaited.subscriptionId} AND at.session_id = further_events.session_id), 0))`,
  };
}

/** Nobody waits for a QR that has expired. */
function isYoung({ kinds, retentionMs }: AwaitedEvents, nowMs: number, table: Fragment): Fragment {
  return fragment`${table}.created_at_ms >= ${nowMs - retentionMs} AND ${table}.kind <> 'qr-update'
    AND (${kinds}::text[] IS NULL OR ${table}.kind = ANY(${kinds}::text[]))`;
}
