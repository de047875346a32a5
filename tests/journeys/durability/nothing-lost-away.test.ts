import { runChaos } from '../../harness/chaos.ts';

it('a backend that was unavailable in every way gets every webhook in order soon after it recovers', async () => {
  expect(await runChaos('away')).toMatchObject({ code: 0 });
}, 60_000);
