import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from '../../contracts/storage/implementations.ts';
import { ANA, BEA } from '../../contracts/storage/support.ts';
import { clock, contents, filledFolder } from './filled.ts';

/** As the migrations up to 30 leave it. */
const UNDO = `DROP INDEX journal_by_delivery; DROP INDEX callbacks_qrs;
  CREATE INDEX journal_by_delivery ON journal (session_id, delivery);
  CREATE INDEX journal_left_over ON journal (session_id, id) WHERE handled_at_ms IS NULL;
  CREATE INDEX callbacks_of_session ON callbacks (session_id, id);
  ALTER TABLE signal_keys RENAME TO new_signal_keys;
  CREATE TABLE signal_keys (session_id TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (session_id, type, id)) STRICT, WITHOUT ROWID;
  INSERT INTO signal_keys SELECT * FROM new_signal_keys;
  DROP TABLE new_signal_keys`;

it('a database of an earlier version keeps everything, and gets the schema of a new one', async () => {
  const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
  const file = () => new Sqlite(join(folder, 'orchestrator.db'));
  const schemaOf = (sqlite: Sqlite.Database) =>
    sqlite.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
  const all = async () => {
    await using storage = openStorage(folder, clock, MASTER_KEY);
    return [await contents(storage, ANA), await contents(storage, BEA)];
  };
  const before = await all();
  const sqlite = file();
  const schema = schemaOf(sqlite);
  sqlite.exec(UNDO);
  expect(schemaOf(sqlite)).not.toEqual(schema);
  sqlite.pragma('user_version = 30');
  sqlite.close();

  expect(await all()).toEqual(before);

  const after = file();
  expect(schemaOf(after)).toEqual(schema);
  after.close();
});
