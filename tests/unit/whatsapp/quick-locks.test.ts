import { createRequire } from 'node:module';
import { Mutex, Semaphore } from 'async-mutex';
import fc from 'fast-check';
import { lockQuickly } from '../../../src/whatsapp/baileys/quick-locks.ts';

/** Another copy of the library, which stays as it is. */
const original = createRequire(import.meta.url)('async-mutex') as { Mutex: typeof Mutex; Semaphore: typeof Semaphore };

interface Task {
  /** For how many turns it holds the lock. */
  turns: number;
  fails: boolean;
  priority: number;
  weight: number;
  /** After it was asked for, so many turns pass. */
  pause: number;
}

const tasks = fc.array(
  fc.record({
    turns: fc.nat({ max: 4 }),
    fails: fc.boolean(),
    priority: fc.integer({ min: -1, max: 2 }),
    weight: fc.integer({ min: -1, max: 3 }),
    pause: fc.nat({ max: 3 }),
  }),
  { maxLength: 12 },
);

/** Each turn is long enough for all promises of a lock. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What happens, in order: who begins and ends when, and with which outcome. */
async function story(all: Task[], run: (work: (value?: number) => Promise<number>, task: Task) => Promise<number>) {
  const events: unknown[] = [];
  const running: Promise<unknown>[] = [];
  for (const [at, task] of all.entries()) {
    const work = async (value?: number): Promise<number> => {
      events.push(['begins', at, value]);
      for (let passed = 0; passed < task.turns; passed += 1) await turn();
      events.push(['ends', at]);
      if (task.fails) throw new Error(`task ${at}`);
      return at;
    };
    const outcome = run(work, task).then(
      (result) => events.push(['resolves', at, result]),
      (error: unknown) => events.push(['rejects', at, String(error)]),
    );
    running.push(outcome);
    for (let passed = 0; passed < task.pause; passed += 1) await turn();
  }
  await Promise.all(running);
  return events;
}

describe('a lock', () => {
  beforeAll(lockQuickly);

  it('is given to one after the other as the library gives it', async () => {
    await fc.assert(
      fc.asyncProperty(tasks, async (all) => {
        const [plain, quick] = [new original.Mutex(), new Mutex()].map((mutex) =>
          story(all, (work, { priority }) => mutex.runExclusive(() => work(), priority)),
        );
        expect(await quick).toEqual(await plain);
      }),
      { numRuns: 60 },
    );
  });

  it('that several may hold is given as the library gives it, and refused as it refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(tasks, async (all) => {
        const [plain, quick] = [new original.Semaphore(3), new Semaphore(3)].map((lock) =>
          story(all, (work, { weight, priority }) => lock.runExclusive(work, weight, priority)),
        );
        expect(await quick).toEqual(await plain);
      }),
      { numRuns: 60 },
    );
  });

  it('is free again after work that throws at once', async () => {
    const mutex = new Mutex();
    const failing = mutex.runExclusive(() => {
      throw new Error('at once');
    });
    await expect(failing).rejects.toThrow('at once');
    expect(mutex.isLocked()).toBe(false);
    expect(await mutex.runExclusive(() => 'next')).toBe('next');
  });
});
