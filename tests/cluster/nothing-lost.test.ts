import { runChaos } from '../harness/chaos.ts';

it('nodes and a database that end or stop at random lose nothing, and never hold two connections of one account', async () => {
  expect(await runChaos('cluster')).toContain('cluster: ');
}, 90_000);
