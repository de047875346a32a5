import { join } from 'node:path';
import { messageOf } from '../../kit/failure.ts';
import type { Secret } from '../../kit/secret.ts';
import { OperatorError } from '../../kit/operator-error.ts';
import { StorageMovedError, StorageTooNewError, StorageUnreadableError } from '../shared/errors.ts';
import { checkMasterKey } from './encryption/encrypt-database.ts';
import { SCHEMA } from './migrations/migrate.ts';
import { movedAwayTo } from './moving/moved-away.ts';
import { FILE_NAME, openToCopy } from './open-database.ts';

/** What a start would find. */
export interface Inspected {
  /** Whether a start will change its tables. */
  isOld: boolean;
}

/** How a start would open the database. */
export interface InspectOptions {
  masterKey: Secret | null;
  adoptPlaintext: boolean;
}

/**
 * Looks at the database in `folder` as a start would, and changes nothing.
 * @throws StorageInUseError, StorageKeyError, StorageMovedError, StorageTooNewError, StorageUnreadableError
 */
export function inspectDatabase(folder: string, options: InspectOptions): Inspected {
  const file = join(folder, FILE_NAME);
  const sqlite = openToCopy(folder);
  try {
    const verdict = sqlite.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw new Error(`it is damaged (${String(verdict)})`);
    const target = movedAwayTo(sqlite);
    if (target !== undefined) throw new StorageMovedError(file, target);
    checkMasterKey(sqlite, { file, ...options });
    const found = sqlite.pragma('user_version', { simple: true }) as number;
    if (found > SCHEMA) throw new StorageTooNewError(file, { found, known: SCHEMA });
    return { isOld: found < SCHEMA };
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new StorageUnreadableError(file, messageOf(error), error);
  } finally {
    sqlite.close();
  }
}
