import { OperatorError } from '../../kit/operator-error.ts';

/** Thrown when another process has the database open. `setting` is the one that chooses another database. */
export class StorageInUseError extends OperatorError {
  override readonly name = 'StorageInUseError';

  constructor(where: string, setting: 'AUTH_DIR' | 'DATABASE_URL', cause?: unknown) {
    const other = setting === 'AUTH_DIR' ? 'another folder' : 'another database';
    super(`Another process is using ${where}. Stop it first, or set ${setting} to ${other}.`, { cause });
  }
}

/** Thrown when the database was written by a newer version of this product. */
export class StorageTooNewError extends OperatorError {
  override readonly name = 'StorageTooNewError';

  constructor(file: string, versions: { found: number; known: number }) {
    super(
      `The database ${file} was written by a newer version (schema ${versions.found}; this version knows ${versions.known}). Run that version instead.`,
    );
  }
}

/** Thrown when the database cannot be opened: damaged, not a database, or not accessible. */
export class StorageUnreadableError extends OperatorError {
  override readonly name = 'StorageUnreadableError';

  constructor(file: string, reason: string, cause?: unknown) {
    super(`Cannot open the database ${file}: ${reason}.`, { cause });
  }
}

/** Thrown when the database is encrypted and the master key is missing or wrong. Nothing was changed. */
export class StorageKeyError extends OperatorError {
  override readonly name = 'StorageKeyError';

  constructor(file: string, problem: 'is encrypted' | 'was encrypted with another master key', cause?: unknown) {
    super(
      `The database ${file} ${problem}: set MASTER_KEY or MASTER_KEY_FILE to the key that it was encrypted with. Nothing was changed.`,
      { cause },
    );
  }
}

/** Thrown when a stored value cannot be decrypted: it was changed, moved, or inserted from outside. */
export class SealBrokenError extends OperatorError {
  override readonly name = 'SealBrokenError';

  constructor(what: string, cause: unknown) {
    super(`Cannot decrypt ${what}: it was changed, moved, or inserted from outside`, { cause });
  }
}

/** Thrown when everything in the database was moved to another one, which is in use instead. */
export class StorageMovedError extends OperatorError {
  override readonly name = 'StorageMovedError';

  constructor(database: string, target: string) {
    super(
      `Everything in ${database} was moved to ${target}: use that one. With both in use, WhatsApp would unlink devices. To take this one back all the same, remove its table moved_away.`,
    );
  }
}

/** Thrown when the database has had fewer migrations than this version knows, and may not be changed. */
export class StorageTooOldError extends OperatorError {
  override readonly name = 'StorageTooOldError';

  constructor(database: string) {
    super(
      `The database ${database} was written by an earlier version. Start this version on it once, with its master key, and run this again.`,
    );
  }
}
