import type { AnyEventKind } from '../../domain/further-event.ts';
import type { DeliveryPolicy } from '../backend-notifier.ts';
import { type FailedAttempt, isProof, reasonOf, retry, type RetrySettings } from '../retry-policy.ts';

/**
 * What follows a failed attempt to deliver to a subscription. It rests on the event alone, whatever becomes of others: it is given up when
 * its content is refused, when it has been answered with errors for `CALLBACK_POISON_AFTER`, and when it has expired, also when nothing
 * answers: a subscription that nobody looks after must not fill the disk.
 */
export const SUBSCRIBER: DeliveryPolicy<AnyEventKind> = {
  isUnwanted: () => false,
  verdict: (attempt, settings, random) => {
    const why = whyGivenUp(attempt, settings);
    return why === null
      ? retry(attempt, random)
      : { kind: 'dead', reason: `${why}: ${reasonOf(attempt.failure, 'the receiver')}` };
  },
  advice: "check the webhook's URL and headers",
  receiver: 'the receiver',
};

function whyGivenUp({ content, brokenMs, ageMs }: FailedAttempt, settings: RetrySettings): string | null {
  if (isProof(content, settings)) return 'the receiver refuses it';
  if (brokenMs >= settings.poisonAfterMs) return 'it has failed for too long';
  return ageMs > settings.retentionMs ? 'it has expired' : null;
}
