import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import { retryWhileStorageFails } from '../../../src/sessions/state/retry-while-storage-fails.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const full = () => new StorageUnavailableError(new Error('disk full'));

describe('work that needs the storage', () => {
  it('is retried until the storage accepts it', async () => {
    const clock = new ManualClock();
    let tries = 0;
    const work = () => (++tries < 4 ? Promise.reject(full()) : Promise.resolve());
    const retrying = retryWhileStorageFails(work, clock, () => false);

    await clock.advance(2_500);
    expect(tries).toBe(3);
    await clock.advance(1_000);
    await retrying;
    expect(tries).toBe(4);
  });

  it('is not retried after any other failure', async () => {
    const failure = new Error('a defect');
    await expect(
      retryWhileStorageFails(
        () => Promise.reject(failure),
        new ManualClock(),
        () => false,
      ),
    ).rejects.toBe(failure);
  });

  it('is given up when the caller ends it', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const retrying = retryWhileStorageFails(
      () => Promise.reject(full()),
      clock,
      () => isOver,
    );
    const ended = expect(retrying).rejects.toThrow(StorageUnavailableError);

    await clock.advance(1_500);
    isOver = true;
    await clock.advance(1_000);
    await ended;
  });
});
