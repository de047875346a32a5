import { bounded } from '../kit/bounded.ts';
import type { Clock } from '../kit/clock.ts';
import type { Semaphore } from '../kit/semaphore.ts';

/**
 * How many sessions log in at once, so that a start with hundreds of them does not overload the process. A login is mostly waiting for
 * WhatsApp's answers: some eight, one after the other. More at once end no sooner, and keep the beats of a cluster waiting.
 */
export const MAX_LOGINS = 8;
/** As many may have come from other nodes that are not online yet: few of them wait for their login, without a connection. */
const MAX_COMING = MAX_LOGINS + 12;

/** How many more may come. Resolves when one may, or with 0 after `limitMs`. */
export async function loginRoom(logins: Semaphore, limitMs: number, clock: Clock): Promise<number> {
  const endMs = clock.monotonic() + limitMs;
  for (let leftMs = limitMs; logins.size >= MAX_COMING && leftMs > 0; leftMs = endMs - clock.monotonic()) {
    await bounded(logins.left(), leftMs, clock);
  }
  return Math.max(0, MAX_COMING - logins.size);
}
