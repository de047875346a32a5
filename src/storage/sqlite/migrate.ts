import { type Database } from 'better-sqlite3';
import { init } from './migrations/001-init.ts';
import { nothingLost } from './migrations/002-nothing-lost.ts';
import { comingBack } from './migrations/003-coming-back.ts';
import { lookingBack } from './migrations/004-looking-back.ts';
import { conversations } from './migrations/005-conversations.ts';
import { polls } from './migrations/006-polls.ts';
import { files } from './migrations/007-files.ts';
import { numbers } from './migrations/008-numbers.ts';
import { dataKeys } from './migrations/009-data-keys.ts';
import { apiKeys } from './migrations/010-api-keys.ts';
import { seenQrs } from './migrations/011-seen-qrs.ts';
import { StorageTooNewError } from '../shared/errors.ts';

/** The steps from an empty file to today's schema; a file's `user_version` counts those it has had. */
const MIGRATIONS: readonly string[] = [
  init,
  nothingLost,
  comingBack,
  lookingBack,
  conversations,
  polls,
  files,
  numbers,
  dataKeys,
  apiKeys,
  seenQrs,
];

/**
 * Brings the schema up to date, each step in its own transaction.
 * @throws StorageTooNewError when the file had steps that this version does not know
 */
export function migrate(db: Database, file: string): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  if (found > MIGRATIONS.length) throw new StorageTooNewError(file, { found, known: MIGRATIONS.length });
  MIGRATIONS.slice(found).forEach((sql, index) => {
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${found + index + 1}`);
    })();
  });
}
