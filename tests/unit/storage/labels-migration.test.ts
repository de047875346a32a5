import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { clock, filledFolder } from './filled.ts';

it('has an older session fetch anew the part of its app state that labels are in, and no other', async () => {
  const folder = await filledFolder(null);
  {
    await using storage = openStorage(folder, clock, null);
    const version = (id: string) => ({ type: 'app-state-sync-version', id, value: '{}' });
    await storage.signalKeys.set(ANA, [version('regular'), version('regular_low')]);
  }
  const sqlite = new Sqlite(join(folder, 'orchestrator.db'));
  sqlite.exec(`DROP TABLE chat_labels; DROP TABLE labeled_items; DROP TABLE join_requests; ALTER TABLE contact_names DROP COLUMN username;
    ALTER TABLE sent_messages DROP COLUMN vote`);
  sqlite.pragma('user_version = 26');
  sqlite.close();

  await using storage = openStorage(folder, clock, null);
  const found = await storage.signalKeys.get(ANA, 'app-state-sync-version', ['regular', 'regular_low']);
  expect([...found.keys()]).toEqual(['regular_low']);
  expect(await storage.labels.all(ANA)).toEqual([]);
});
