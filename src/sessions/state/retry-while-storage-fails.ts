import { type Clock, wait } from '../../kit/clock.ts';
import { StorageUnavailableError } from '../../domain/errors.ts';

const RETRY_MS = 1_000;

/**
 * Repeats `work` for as long as the storage is unavailable: what WhatsApp sent must not get lost, or be overtaken, because a
 * disk is full for a while. Any other failure rejects at once; so does this one once `isOver` returns true.
 */
export async function retryWhileStorageFails(
  work: () => Promise<void>,
  clock: Clock,
  isOver: () => boolean,
): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof StorageUnavailableError) || isOver()) throw error;
    }
    await wait(clock, RETRY_MS);
  }
}
