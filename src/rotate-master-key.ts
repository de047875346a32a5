import dotenv from 'dotenv';
import { ConfigError, type Environment, EnvironmentReader } from './environment.ts';
import { oneMasterKey } from './master-key.ts';
import { rotateMasterKey } from './storage/rotate-master-key.ts';
import {
  StorageInUseError,
  StorageKeyError,
  StorageTooNewError,
  StorageUnreadableError,
} from './storage/storage-error.ts';

const FOR_OPERATORS = [ConfigError, StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError];

/** Gives the database another master key; answers one sentence on what was done. */
function rotate(environment: Environment): string {
  const read = new EnvironmentReader(environment);
  const from = oneMasterKey({
    MASTER_KEY: read.secret('MASTER_KEY'),
    MASTER_KEY_FILE: read.secretFile('MASTER_KEY_FILE'),
  });
  const to = oneMasterKey({
    NEW_MASTER_KEY: read.secret('NEW_MASTER_KEY'),
    NEW_MASTER_KEY_FILE: read.secretFile('NEW_MASTER_KEY_FILE'),
  });
  if (!from) throw new ConfigError('MASTER_KEY or MASTER_KEY_FILE must be the key that the database has now.');
  if (!to) throw new ConfigError('NEW_MASTER_KEY or NEW_MASTER_KEY_FILE must be the key that it shall have.');
  const authDir = read.text('AUTH_DIR') ?? './auth_sessions';
  const count = rotateMasterKey(authDir, { from, to });
  return `The database in ${authDir} has the new master key (${count} data keys). Start the server with it as MASTER_KEY.`;
}

dotenv.config({ quiet: true });
try {
  process.stdout.write(`${rotate(process.env)}\n`);
} catch (error) {
  process.exitCode = 1;
  const isKnown = error instanceof Error && FOR_OPERATORS.some((kind) => error instanceof kind);
  process.stderr.write(`${isKnown ? error.message : String(error)}\n`);
}
