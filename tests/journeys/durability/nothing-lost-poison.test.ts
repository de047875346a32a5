import { runChaos } from '../../harness/chaos.ts';

it('only the webhook that is always refused becomes a dead letter, and a retry delivers it', async () => {
  expect(await runChaos('poison')).toMatchObject({ code: 0 });
}, 60_000);
