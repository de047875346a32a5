import dotenv from 'dotenv';
import { z } from 'zod';
import { type Secret } from '../kit/secret.ts';
import { type Config, readConfig } from '../config/config.ts';
import { ConfigError } from '../config/environment.ts';
import { askOwnServer, CommandError, NoAnswerError, RefusedError } from './server-client.ts';
import { sealNextKey } from '../storage/sqlite/encryption/data-keys.ts';
import { opensWith, rotateMasterKey } from '../storage/sqlite/encryption/rotate-master-key.ts';
import {
  StorageInUseError,
  StorageKeyError,
  StorageTooNewError,
  StorageUnreadableError,
} from '../storage/shared/errors.ts';

const FOR_OPERATORS = [
  ConfigError,
  CommandError,
  StorageInUseError,
  StorageKeyError,
  StorageTooNewError,
  StorageUnreadableError,
];
const AFTERWARDS = 'Set MASTER_KEY (or the file of MASTER_KEY_FILE) to it, and remove NEW_MASTER_KEY.';
const NEITHER = 'The database has another key than MASTER_KEY and NEW_MASTER_KEY; nothing was changed.';
const HAS_IT = `The database has the new master key already. ${AFTERWARDS}`;

/** The key of the database, and the one that it shall have. */
interface Keys {
  from: Secret;
  to: Secret;
}

/**
 * The command `npm run rotate-master-key`: changes the master key in the storage while no server has it, and has the server
 * change it while one does. Whatever happens, it says which of both keys opens the database; to run it once more is safe.
 */
async function rotate(config: Config): Promise<string> {
  const { masterKey: from, newMasterKey: to } = config.storage;
  if (!from) throw new ConfigError('MASTER_KEY or MASTER_KEY_FILE must be the key that the database has now.');
  if (!to) throw new ConfigError('NEW_MASTER_KEY or NEW_MASTER_KEY_FILE must be the key that it shall have.');
  if (from.equals(to.reveal())) throw new ConfigError('NEW_MASTER_KEY must be another key than MASTER_KEY.');
  const { authDir } = config.sessions;
  try {
    return done(authDir, rotateMasterKey(authDir, { from, to }));
  } catch (error) {
    if (error instanceof StorageKeyError && opensWith(authDir, to)) return HAS_IT;
    if (!(error instanceof StorageInUseError)) throw error;
    return rotateAtServer(config, { from, to });
  }
}

const answer = z.object({ dataKeys: z.number() });

async function rotateAtServer(config: Config, { from, to }: Keys): Promise<string> {
  try {
    return done(config.sessions.authDir, await askToChange(config, { from, to }));
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'wrong_master_key') return askWhetherDone(config, to);
    if (error instanceof NoAnswerError) return findOut(config, { from, to }, error);
    throw error;
  }
}

async function askToChange(config: Config, keys: Keys): Promise<number> {
  const question = { method: 'POST', path: '/config/master-key', body: { sealed: sealNextKey(keys) } } as const;
  return answer.parse(await askOwnServer(config, question)).dataKeys;
}

/** Only a server that has the new key takes a request that is sealed with it, and then nothing changes. */
async function askWhetherDone(config: Config, to: Secret): Promise<string> {
  try {
    await askToChange(config, { from: to, to });
    return HAS_IT;
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== 'wrong_master_key') throw error;
    throw new CommandError(NEITHER, { cause: error });
  }
}

/** The server ended before it answered, or was not to be reached: the database itself says which key it has. */
function findOut({ sessions }: Config, { from, to }: Keys, unanswered: NoAnswerError): string {
  try {
    if (opensWith(sessions.authDir, to)) return HAS_IT;
    if (opensWith(sessions.authDir, from)) {
      throw new CommandError(
        'The server ended before it changed the key: the database has the old one. Run this again.',
      );
    }
    throw new CommandError(NEITHER);
  } catch (error) {
    if (!(error instanceof StorageInUseError)) throw error;
    throw new CommandError(`${unanswered.message} It changes the key, or says that it is changed.`, {
      cause: unanswered,
    });
  }
}

function done(authDir: string, count: number): string {
  return `The database in ${authDir} has the new master key (${count} data keys). ${AFTERWARDS}`;
}

dotenv.config({ quiet: true });
try {
  process.stdout.write(`${await rotate(readConfig(process.env))}\n`);
} catch (error) {
  process.exitCode = 1;
  const isKnown = error instanceof Error && FOR_OPERATORS.some((kind) => error instanceof kind);
  process.stderr.write(`${isKnown ? error.message : String(error)}\n`);
}
