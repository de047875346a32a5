import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import type { PhoneNumber } from '../../../src/domain/address.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { clock, filledFolder, UNDO_17_TO_21 } from './filled.ts';

it('lets an older database learn names, of the sessions that it has', async () => {
  const folder = await filledFolder(null);
  const sqlite = new Sqlite(join(folder, 'orchestrator.db'));
  sqlite.exec(UNDO_17_TO_21);
  sqlite.pragma('user_version = 16');
  sqlite.close();

  await using storage = openStorage(folder, clock, null);
  await storage.contactNames.learn(ANA, [{ person: '5491', pushName: 'Juan' }]);

  expect(await storage.contactNames.of(ANA, { number: '5491' as PhoneNumber, lid: null })).toBe('Juan');
});
