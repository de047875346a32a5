import { runChaos } from '../../harness/chaos.ts';

it('a process killed at any step from the decryption to the recorded webhook delivery loses nothing', async () => {
  expect(await runChaos('window')).toContain('window: ');
}, 180_000);
