import { runChaos } from '../../harness/chaos.ts';

it('both sides can decrypt everything when they write to each other at the same time', async () => {
  expect(await runChaos('overlap')).toContain('overlap: ');
}, 60_000);
