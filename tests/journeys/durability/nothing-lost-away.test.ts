import { runChaos } from '../../harness/chaos.ts';

it('a backend that was unavailable in every way gets every webhook in order soon after it recovers', async () => {
  expect(await runChaos('away')).toContain('away: ');
}, 60_000);
