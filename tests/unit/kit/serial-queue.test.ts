import { SerialQueue } from '../../../src/kit/serial-queue.ts';

it('runs tasks one at a time, in order, however long they take', async () => {
  const queue = new SerialQueue();
  const gate = Promise.withResolvers<undefined>();
  const seen: string[] = [];

  const first = queue.run(async () => {
    await gate.promise;
    seen.push('first');
  });
  const second = queue.run(() => seen.push('second'));
  gate.resolve(undefined);
  await Promise.all([first, second]);

  expect(seen).toEqual(['first', 'second']);
});

it('reports a failure to the caller and goes on', async () => {
  const queue = new SerialQueue();

  const failing = queue.run(() => Promise.reject(new Error('no')));
  const next = queue.run(() => 'done');

  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});

it('is idle once all tasks that were added so far have ended', async () => {
  const queue = new SerialQueue();
  let done = false;
  void queue.run(async () => {
    await Promise.resolve();
    done = true;
  });

  await queue.idle();

  expect(done).toBe(true);
});
