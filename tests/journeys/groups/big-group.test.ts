import { runChaos } from '../../harness/chaos.ts';

it('a message to a group of 30 with 3 devices each needs one query at most, and reaches all devices', async () => {
  const { code, output } = await runChaos('group');

  expect(output).toContain('90 devices of 30 people');
  expect(code).toBe(0);
}, 120_000);
