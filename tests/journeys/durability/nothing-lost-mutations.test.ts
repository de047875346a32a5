import { runChaos } from '../../harness/chaos.ts';

it('whatever the server sends in whichever form, messages arrive and everything is acknowledged', async () => {
  expect(await runChaos('mutations')).toContain('mutations: ');
}, 90_000);
