import { runChaos } from '../../harness/chaos.ts';

it('a process killed anywhere between decryption, journal, receipt, callback, post and its record loses nothing', async () => {
  expect(await runChaos('window')).toMatchObject({ code: 0 });
}, 180_000);
