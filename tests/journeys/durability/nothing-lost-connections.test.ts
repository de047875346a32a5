import { runChaos } from '../../harness/chaos.ts';

it('a line with traffic survives what befalls it, and loses no message', async () => {
  expect(await runChaos('lines')).toMatchObject({ code: 0 });
}, 90_000);

it('a session that is cut and opened again and again leaves no socket behind', async () => {
  expect(await runChaos('reconnects')).toMatchObject({ code: 0 });
}, 60_000);
