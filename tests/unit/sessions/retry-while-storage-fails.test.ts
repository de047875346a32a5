import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import { retryWhileStorageFails } from '../../../src/sessions/state/retry-while-storage-fails.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const full = () => new StorageUnavailableError(new Error('disk full'));

describe('insisting', () => {
  it('does the work again until the storage takes it', async () => {
    const clock = new ManualClock();
    let tries = 0;
    const work = () => (++tries < 4 ? Promise.reject(full()) : Promise.resolve());
    const insisting = retryWhileStorageFails(work, clock, () => false);

    await clock.advance(2_500);
    expect(tries).toBe(3);
    await clock.advance(1_000);
    await insisting;
    expect(tries).toBe(4);
  });

  it('leaves every other failure to the caller', async () => {
    const failure = new Error('a defect');
    await expect(
      retryWhileStorageFails(
        () => Promise.reject(failure),
        new ManualClock(),
        () => false,
      ),
    ).rejects.toBe(failure);
  });

  it('ends when it is over', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const insisting = retryWhileStorageFails(
      () => Promise.reject(full()),
      clock,
      () => isOver,
    );
    const ended = expect(insisting).rejects.toThrow(StorageUnavailableError);

    await clock.advance(1_500);
    isOver = true;
    await clock.advance(1_000);
    await ended;
  });
});
