import { runChaos } from '../../harness/chaos.ts';

it('a backend that was away in every way gets all in order, soon after its return', async () => {
  expect(await runChaos('away')).toMatchObject({ code: 0 });
}, 60_000);
