import { type Clock, wait } from '../../kit/clock.ts';
import { StorageUnavailableError } from '../../domain/errors.ts';

const AGAIN_MS = 1_000;

/**
 * Does `work` until the storage takes it: what WhatsApp told must not get lost or be overtaken because a disk is full for
 * a while. Any other failure is the caller's at once; so is this one when `isOver`.
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
    await wait(clock, AGAIN_MS);
  }
}
