import { runChaos } from '../../harness/chaos.ts';

it('a connection with traffic survives every fault and loses no message', async () => {
  expect(await runChaos('connections')).toContain('connections: ');
}, 90_000);

it('a session that reconnects again and again leaks no socket', async () => {
  expect(await runChaos('reconnects')).toContain('reconnects: ');
}, 60_000);
