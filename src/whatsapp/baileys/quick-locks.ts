import { Mutex, Semaphore } from 'async-mutex';

/** The parts of a lock that running something under it needs. */
interface Lock {
  acquire(weight: number, priority: number): Promise<[value: number, release: () => void]>;
}

/**
 * Makes the locks of Baileys plain asynchronous functions, for the whole process. The library is compiled for an older language, where
 * each step of one is a generator within three promises.
 */
export function lockQuickly(): void {
  Semaphore.prototype.runExclusive = async function runExclusive(work, weight = 1, priority = 0) {
    const [value, release] = await (this as Lock).acquire(weight, priority);
    try {
      return await work(value);
    } finally {
      release();
    }
  };
  Mutex.prototype.runExclusive = async function runExclusive(work, priority = 0) {
    const { _semaphore: lock } = this as unknown as { _semaphore: Lock };
    const [, release] = await lock.acquire(1, priority);
    try {
      return await work();
    } finally {
      release();
    }
  };
}
