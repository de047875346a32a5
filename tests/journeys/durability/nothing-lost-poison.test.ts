import { runChaos } from '../../harness/chaos.ts';

it('only the webhook that is always refused becomes a dead letter, and a retry delivers it', async () => {
  expect(await runChaos('poison')).toContain('poison: ');
}, 60_000);
