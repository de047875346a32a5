import { runChaos } from '../../harness/chaos.ts';

it('a process killed at any instant loses no message and keeps the order', async () => {
  expect(await runChaos('kill')).toContain('kill: ');
  // On a busy machine each of its seven starts takes seconds, most of all with a PostgreSQL, and messages pile up meanwhile.
}, 120_000);
