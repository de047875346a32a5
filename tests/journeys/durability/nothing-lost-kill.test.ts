import { runChaos } from '../../harness/chaos.ts';

it('a process killed at any instant loses no message and keeps the order', async () => {
  expect(await runChaos('kill')).toMatchObject({ code: 0 });
}, 60_000);
