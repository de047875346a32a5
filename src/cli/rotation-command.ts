import { z } from 'zod';
import { ConfigError, type Environment } from '../config/environment.ts';
import type { Secret } from '../kit/secret.ts';
import { type Config, readConfig } from '../config/config.ts';
import { callServer, CommandError, NoAnswerError, RefusedError } from './server-client.ts';
import { sealNextKey } from '../storage/shared/encryption/master-key.ts';
import { nameOfStorage, opensWith, rotateMasterKey } from './stored-master-key.ts';
import { StorageInUseError, StorageKeyError } from '../storage/shared/errors.ts';

/** What `--help` prints. */
export const USAGE = `npm run rotate-master-key

Replaces MASTER_KEY (or the key in MASTER_KEY_FILE) by NEW_MASTER_KEY (or NEW_MASTER_KEY_FILE) in the database, while the server runs or
not (docs/encryption.md).
  --help, --version
`;

const NEXT_STEP = 'Set MASTER_KEY (or the file of MASTER_KEY_FILE) to it, and remove NEW_MASTER_KEY.';
const NEITHER = 'The database key is neither MASTER_KEY nor NEW_MASTER_KEY; nothing was changed.';
const ALREADY_DONE = `The database already has the new master key. ${NEXT_STEP}\n`;

/** The current key of the database, and the new one. */
interface Keys {
  from: Secret;
  to: Secret;
}

/**
 * The command `npm run rotate-master-key`: replaces the master key in the storage directly, or through the server while one is
 * running. Whatever happens, it reports which of the two keys opens the database, and can safely be run again. Resolves with its
 * output.
 */
export async function runRotationCommand(environment: Environment): Promise<string> {
  const config = readConfig(environment);
  const { masterKey: from, newMasterKey: to } = config.storage;
  if (!from) throw new ConfigError('MASTER_KEY or MASTER_KEY_FILE must be the current key of the database.');
  if (!to) throw new ConfigError('NEW_MASTER_KEY or NEW_MASTER_KEY_FILE must be the new key of the database.');
  if (from.equals(to.reveal())) throw new ConfigError('NEW_MASTER_KEY must differ from MASTER_KEY.');
  try {
    return success(config, await rotateMasterKey(config, { from, to }));
  } catch (error) {
    if (error instanceof StorageKeyError && (await opensWith(config, to))) return ALREADY_DONE;
    if (!(error instanceof StorageInUseError)) throw error;
    return rotateThroughServer(config, { from, to });
  }
}

const answer = z.object({ dataKeys: z.number() });

async function rotateThroughServer(config: Config, { from, to }: Keys): Promise<string> {
  try {
    return success(config, await requestRotation(config, { from, to }));
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'wrong_master_key') return verifyDone(config, to);
    if (error instanceof NoAnswerError) return outcomeInDatabase(config, { from, to }, error);
    throw error;
  }
}

async function requestRotation(config: Config, keys: Keys): Promise<number> {
  const request = { method: 'POST', path: '/config/master-key', body: { sealed: sealNextKey(keys) } } as const;
  return answer.parse(await callServer(config, request)).dataKeys;
}

/** A server accepts a request sealed with the new key only if it already uses that key; then nothing changes. */
async function verifyDone(config: Config, to: Secret): Promise<string> {
  try {
    await requestRotation(config, { from: to, to });
    return ALREADY_DONE;
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== 'wrong_master_key') throw error;
    throw new CommandError(NEITHER, { cause: error });
  }
}

/** The server stopped before it answered, or could not be reached: the database shows which key it has. */
async function outcomeInDatabase(config: Config, { from, to }: Keys, unanswered: NoAnswerError): Promise<string> {
  try {
    if (await opensWith(config, to)) return ALREADY_DONE;
    if (await opensWith(config, from)) {
      throw new CommandError(
        'The server stopped before it changed the key: the database still has the old one. Run this again.',
      );
    }
    throw new CommandError(NEITHER);
  } catch (error) {
    if (!(error instanceof StorageInUseError)) throw error;
    throw new CommandError(`${unanswered.message} That either changes the key or confirms that it has been changed.`, {
      cause: unanswered,
    });
  }
}

function success(config: Config, count: number): string {
  return `The database ${nameOfStorage(config)} has the new master key (${count} data keys). ${NEXT_STEP}\n`;
}
