import { Stalls } from './stalls.ts';

const LONG_MS = 90;
/** Less than what it worked, more than what it does otherwise. */
const NOTICED_MS = 60;

/** Works until the thread has used so much of the CPU. */
function work(ms: number): void {
  const begin = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(begin);
    if (user + system > ms * 1000) return;
  }
}

it('work that lets nobody else have a turn is a stall; time without the CPU is none', () => {
  const stalls = new Stalls();
  stalls.start();

  work(LONG_MS);
  const worked = stalls.take();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONG_MS);
  const waited = stalls.take();
  stalls.stop();

  expect(worked).toBeGreaterThan(NOTICED_MS);
  expect(waited).toBeLessThan(NOTICED_MS);
});
