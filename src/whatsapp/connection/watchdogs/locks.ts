import { BrokenConnectionError } from '../connection-errors.ts';
import { type WatchdogDeps } from './watchdog.ts';

/**
 * Longer than any honest piece of work in one go: three queries of 30 s each and a download of 60 s. It is counted from
 * when the work begins, so a long line of others before it does not matter.
 */
const HOLD_LIMIT_MS = 180_000;

/** The locks through which Baileys leads everything that comes in. */
const LOCKS = ['messageMutex', 'receiptMutex', 'notificationMutex', 'appStatePatchMutex'] as const;

type Work<Result> = () => Promise<Result> | Result;

/**
 * Gives up a line when a piece of work never ends while it holds a lock of Baileys: everything behind it would wait for
 * ever, on a line that looks open. A sync of the app state whose answer lacks a collection asks again without an end, and
 * a download that is cut off never settles (chats.js, messages-media.js). Whoever holds the lock is timed, instead of
 * asking for it now and then: that finds the stuck one itself, and a busy one is not mistaken for it.
 */
export function watchLocks({ socket, clock, giveUp }: WatchdogDeps): void {
  const timed = <Result>(lock: string, work: Work<Result>): (() => Promise<Result>) => {
    return async () => {
      const limit = clock.after(HOLD_LIMIT_MS, () =>
        giveUp(new BrokenConnectionError(`Work under ${lock} did not finish in time`)),
      );
      try {
        return await work();
      } finally {
        limit.cancel();
      }
    };
  };
  for (const lock of LOCKS) {
    const mutex = socket[lock];
    const run = mutex.mutex.bind(mutex);
    mutex.mutex = (work) => run(timed(lock, work));
  }
  const { keys } = socket.authState;
  const transaction = keys.transaction.bind(keys);
  keys.transaction = (work, key) => transaction(timed('a key transaction', work), key);
}
