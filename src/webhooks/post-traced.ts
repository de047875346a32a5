import type { Clock } from '../kit/clock.ts';
import { markTrace, traced } from '../kit/trace.ts';
import type { PendingEvent } from '../ports/callbacks.ts';
import { post, type Posting } from './post.ts';
import type { DeliveryOutcome } from './retry-policy.ts';

/** Posts an event as a step of what caused it; while that is traced, the receiver is told with `traceparent`, and can go on. */
export function postTraced(event: PendingEvent, posting: Posting, clock: Clock): Promise<DeliveryOutcome> {
  const { kind, sessionId, webhookId, attempts } = event;
  const attributes = { 'session.id': sessionId, 'webhook.id': webhookId, 'webhook.attempt': attempts + 1 };
  return traced({ name: `deliver ${kind}`, side: 'client', attributes, after: webhookId }, async ({ traceparent }) => {
    const headers = traceparent === undefined ? posting.headers : { ...posting.headers, traceparent };
    const outcome = await post({ ...posting, headers }, clock);
    markTrace(outcome.kind, outcome.kind !== 'accepted');
    return outcome;
  });
}
