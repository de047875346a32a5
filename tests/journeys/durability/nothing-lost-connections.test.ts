import { runChaos } from '../../harness/chaos.ts';

it('a connection with traffic survives every fault and loses no message', async () => {
  expect(await runChaos('connections')).toMatchObject({ code: 0 });
}, 90_000);

it('a session that reconnects again and again leaks no socket', async () => {
  expect(await runChaos('reconnects')).toMatchObject({ code: 0 });
}, 60_000);
