import { runChaos } from '../../harness/chaos.ts';

it('a callback that is always refused becomes a dead letter alone, and is delivered by a retry', async () => {
  expect(await runChaos('poison')).toMatchObject({ code: 0 });
}, 60_000);
