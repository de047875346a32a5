import { BrokenConnectionError } from './connection-errors.ts';
import type { WatchdogDeps } from './watchdog.ts';

/**
 * Longer than any legitimate piece of work: three queries of 30 s each and a download of 60 s. Counted from when the
 * work begins, so a long queue in front of it does not matter.
 */
const HOLD_LIMIT_MS = 180_000;

/** The locks that everything incoming passes in Baileys. */
const LOCKS = ['messageMutex', 'receiptMutex', 'notificationMutex', 'appStatePatchMutex'] as const;

type Work<Result> = () => Promise<Result> | Result;

/**
 * Gives up a connection when a piece of work never ends while it holds one of Baileys' locks: everything behind it would
 * wait forever, on a connection that looks open. An app state sync whose answer lacks a collection asks again without end,
 * and a download that is cut off never settles (chats.js, messages-media.js). The holder of the lock is timed, rather than
 * the lock probed: that finds the stuck work itself, and never mistakes a busy lock for a stuck one.
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
