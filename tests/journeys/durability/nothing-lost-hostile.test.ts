import { runChaos } from '../../harness/chaos.ts';

it('strangers, servers, backends, web pages and disks that mean harm stop, reorder and lose nothing', async () => {
  expect(await runChaos('hostile')).toContain('hostile: ');
}, 180_000);
