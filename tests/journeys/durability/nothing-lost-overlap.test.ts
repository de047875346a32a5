import { runChaos } from '../../harness/chaos.ts';

it('both sides can read everything that they write to each other at once', async () => {
  expect(await runChaos('overlap')).toMatchObject({ code: 0 });
}, 60_000);
