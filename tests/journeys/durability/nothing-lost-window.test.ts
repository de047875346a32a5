import { runChaos } from '../../harness/chaos.ts';

it('a process killed between decryption and journal, receipt, callback, post or its end loses nothing', async () => {
  expect(await runChaos('window')).toMatchObject({ code: 0 });
}, 180_000);
