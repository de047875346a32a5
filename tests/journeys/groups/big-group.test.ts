import { runChaos } from '../../harness/chaos.ts';

it('a message to a group of 12 with 3 devices each needs one query at most, and reaches all devices', async () => {
  expect(await runChaos('group')).toContain('36 devices of 12 people');
}, 120_000);
