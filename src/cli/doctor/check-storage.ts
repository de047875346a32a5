import { constants, existsSync } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { describeFailure, messageOf } from '../../kit/failure.ts';
import { connectionConfig } from '../../storage/postgres/connect.ts';
import { nameOfDatabase, startConnection } from '../../storage/postgres/start.ts';
import { StorageInUseError, StorageKeyError } from '../../storage/shared/errors.ts';
import { inspectDatabase } from '../../storage/sqlite/inspect.ts';
import { FILE_NAME } from '../../storage/sqlite/open-database.ts';
import { about, type Finding } from './finding.ts';
import { lockHolder } from './lock-holder.ts';

/** Looks at the database as a start would; `isRunning` says whether a server answers. */
export function checkDatabase(config: Config, isRunning: boolean): Promise<Finding> {
  const { databaseUrl } = config.storage;
  return databaseUrl ? checkPostgres(databaseUrl.reveal()) : checkFile(config, isRunning);
}

async function checkPostgres(url: string): Promise<Finding> {
  const it = about('database');
  const name = nameOfDatabase(url);
  try {
    const client = await startConnection(connectionConfig(url, { name: 'doctor' }), name);
    await client.end();
    return it.ok(`${name} answers, and is new enough`);
  } catch (error) {
    return it.problem(
      withoutEnd(messageOf(error)),
      'Check DATABASE_URL, and whether PostgreSQL runs and lets this machine in.',
    );
  }
}

async function checkFile(config: Config, isRunning: boolean): Promise<Finding> {
  const it = about('database');
  const { authDir } = config.sessions;
  const file = join(authDir, FILE_NAME);
  if (!existsSync(file)) return it.ok(`there is none in ${resolve(authDir)} yet: the first start creates it`);
  const { masterKey, newMasterKey, adoptPlaintext } = config.storage;
  try {
    const { isOld } = opened(authDir, [masterKey, ...(newMasterKey ? [newMasterKey] : [])], adoptPlaintext);
    if (isOld)
      return it.warning(
        `${file} is of an earlier version`,
        'The next start changes it. Make a backup before: npm run backup.',
      );
    return it.ok(`${file} is intact${masterKey ? ', and MASTER_KEY opens it' : ', and not encrypted'}`);
  } catch (error) {
    if (error instanceof StorageInUseError) return inUse(file, isRunning);
    return it.problem(withoutEnd(messageOf(error)), 'Do that, or restore the newest backup (docs/operations.md).');
  }
}

type Key = Config['storage']['masterKey'];

/** With the first key that fits. */
function opened(authDir: string, keys: Key[], adoptPlaintext: boolean) {
  const [masterKey = null, ...others] = keys;
  try {
    return inspectDatabase(authDir, { masterKey, adoptPlaintext });
  } catch (error) {
    if (!(error instanceof StorageKeyError) || others.length === 0) throw error;
    return opened(authDir, others, adoptPlaintext);
  }
}

async function inUse(file: string, isRunning: boolean): Promise<Finding> {
  const it = about('database');
  const holder = await lockHolder(file);
  const who = holder ? `process ${holder.pid}${holder.command && ` (${holder.command})`}` : 'another process';
  if (isRunning) return it.ok(`${file} is in use by the server: ${who}`);
  return it.problem(
    `${file} is in use by ${who}, and no server answers at HOST and PORT`,
    'If that is the server, set HOST and PORT as it has them, or wait until it has started. Otherwise end it.',
  );
}

/** Looks at a folder of the server's: whether it can be written to, and how much room is left. */
export async function checkFolder(setting: string, folder: string, minFreeBytes: number): Promise<Finding> {
  const it = about(setting);
  const path = resolve(folder);
  const todo = `Make it writable for the user of the server, or set ${setting} to another folder.`;
  try {
    const existing = await nearest(path);
    await access(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(existing);
    const free = bavail * bsize;
    const room = `${Math.floor(free / 1024 / 1024)} MB are free`;
    if (free < minFreeBytes) {
      return it.problem(
        `${path} is writable, but only ${room}: less than MIN_FREE_DISK`,
        'Make room: sessions stay disconnected.',
      );
    }
    return it.ok(`${path} ${existing === path ? 'is writable' : 'can be created'}; ${room}`);
  } catch (error) {
    return it.problem(`${path} cannot be written to (${describeFailure(error).code ?? messageOf(error)})`, todo);
  }
}

/** The folder itself, or the first one above it that exists. */
async function nearest(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isDirectory()) throw new Error('it is no folder');
  return found ? path : nearest(resolve(path, '..'));
}

function withoutEnd(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
