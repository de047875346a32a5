import { runChaos } from '../../harness/chaos.ts';

it('a disk that is full for a while loses no message; /health reports it and recovers', async () => {
  expect(await runChaos('disk')).toMatchObject({ code: 0 });
}, 60_000);
