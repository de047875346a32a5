import { runChaos } from '../../harness/chaos.ts';
import { itOnSqlite } from '../../harness/on-sqlite.ts';

itOnSqlite('the process dies in methods of the SQLite storage')(
  'a process killed at any step from the decryption to the recorded webhook delivery loses nothing',
  async () => {
    expect(await runChaos('window')).toContain('window: ');
  },
  180_000,
);
