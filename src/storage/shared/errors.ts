/** Thrown when another process has the database of this folder open. */
export class StorageInUseError extends Error {
  override readonly name = 'StorageInUseError';

  constructor(folder: string, cause: unknown) {
    super(`Another process is using the folder ${folder}; stop it first, or give this one a folder of its own.`, {
      cause,
    });
  }
}

/** Thrown when the database was written by a newer version of this product. */
export class StorageTooNewError extends Error {
  override readonly name = 'StorageTooNewError';

  constructor(file: string, versions: { found: number; known: number }) {
    super(
      `The database ${file} was written by a newer version (schema ${versions.found}, this one knows ${versions.known}); start that version instead.`,
    );
  }
}

/** Thrown when the database cannot be opened: damaged, not a database, or not to be read or written. */
export class StorageUnreadableError extends Error {
  override readonly name = 'StorageUnreadableError';

  constructor(file: string, reason: string, cause?: unknown) {
    super(`The database ${file} cannot be used: ${reason}.`, { cause });
  }
}

/** Thrown when the database is encrypted, and the master key is not there or is another one. Nothing was changed. */
export class StorageKeyError extends Error {
  override readonly name = 'StorageKeyError';

  constructor(file: string, what: 'is encrypted' | 'was encrypted with another master key', cause?: unknown) {
    super(
      `The database ${file} ${what}: set MASTER_KEY or MASTER_KEY_FILE to the key that it was encrypted with; nothing was changed.`,
      { cause },
    );
  }
}

/** Thrown when an encrypted value is not what was stored in its place: changed, moved, or put there from outside. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';

  constructor(what: string, cause: unknown) {
    super(`The ${what} does not open with its key: it was changed, moved, or put there from outside`, { cause });
  }
}
