import { runChaos } from '../../harness/chaos.ts';

it('a backend that was unavailable in every way gets everything in order soon after its return', async () => {
  expect(await runChaos('away')).toMatchObject({ code: 0 });
}, 60_000);
