import { runChaos } from '../../harness/chaos.ts';
import { itOnSqlite } from '../../harness/on-sqlite.ts';

itOnSqlite(
  'the database of a full disk is limited by a preload for SQLite; PostgreSQL without room is trouble as in unit/storage/postgres/away',
)(
  'a disk that is full for a while loses no message; /health reports it and recovers',
  async () => {
    expect(await runChaos('disk')).toContain('disk: ');
  },
  60_000,
);
