import { runChaos } from '../../harness/chaos.ts';

it('a disk that is full for a while loses no message; /health reports it and recovers', async () => {
  expect(await runChaos('disk')).toContain('disk: ');
}, 60_000);
