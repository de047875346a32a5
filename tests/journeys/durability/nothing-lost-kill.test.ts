import { runChaos } from '../../harness/chaos.ts';

it('a process killed at any instant loses no message and keeps the order', async () => {
  expect(await runChaos('kill')).toContain('kill: ');
}, 60_000);
