import { runChaos } from '../../harness/chaos.ts';

it('a message to a group of 30 with 3 devices each needs one query at most, and reaches all devices', async () => {
  expect(await runChaos('group')).toContain('90 devices of 30 people');
}, 120_000);
