import { Recent } from '../../../src/kit/recent.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** Something that is asked, and answers when the test says so. */
function start() {
  const clock = new ManualClock();
  const questions: PromiseWithResolvers<string>[] = [];
  const recent = new Recent(() => {
    questions.push(Promise.withResolvers());
    return questions.at(-1)!.promise;
  }, clock);
  return { clock, questions, recent };
}

describe('a recent answer', () => {
  it('is shared by all who ask within a second', async () => {
    const { clock, questions, recent } = start();
    const both = Promise.all([recent.get(), recent.get()]);
    questions[0]!.resolve('one');
    expect(await both).toEqual(['one', 'one']);
    await clock.advance(999);
    expect(await recent.get()).toBe('one');
    expect(questions).toHaveLength(1);

    await clock.advance(1);
    const later = recent.get();
    questions[1]!.resolve('two');
    expect(await later).toBe('two');
  });

  it('is the last one while none comes, or a failure', async () => {
    const { clock, questions, recent } = start();
    const first = recent.get();
    questions[0]!.resolve('one');
    await first;
    await clock.advance(1_000);

    const late = recent.get();
    await clock.advance(2_000);
    expect(await late).toBe('one');
    const failed = recent.get();
    questions[1]!.reject(new Error('The database is away'));
    expect(await failed).toBe('one');
    expect(questions).toHaveLength(2);

    const again = recent.get();
    questions[2]!.resolve('two');
    expect(await again).toBe('two');
  });

  it('is a failure where there was no answer yet', async () => {
    const { questions, recent } = start();
    const first = recent.get();
    questions[0]!.reject(new Error('The database is away'));
    await expect(first).rejects.toThrow('The database is away');
    const second = recent.get();
    questions[1]!.resolve('one');
    expect(await second).toBe('one');
  });
});
