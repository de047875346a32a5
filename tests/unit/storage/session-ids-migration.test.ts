import Sqlite from 'better-sqlite3';
import { init } from '../../../src/storage/sqlite/migrations/001-init.ts';
import { sessionIds } from '../../../src/storage/sqlite/migrations/014-session-ids.ts';

it('gives each number of an older database the id of its latest announced session', () => {
  const sqlite = new Sqlite(':memory:');
  sqlite.exec(init);
  const add =
    sqlite.prepare(`INSERT INTO sessions (session_id, phase, phone_number, announced, created_at_ms, updated_at_ms)
    VALUES (?, 'lost', ?, ?, ?, 1)`);
  add.run('newer', '5491', 1, 2);
  add.run('older', '5491', 1, 1);
  add.run('other', '5492', 1, 3);
  add.run('unannounced', '5493', 0, 4);
  add.run('unlinked', null, 0, 5);

  sqlite.exec(sessionIds);

  expect(sqlite.prepare('SELECT phone_number, session_id FROM account_ids ORDER BY 1').raw().all()).toEqual([
    ['5491', 'newer'],
    ['5492', 'other'],
  ]);
  sqlite.close();
});
