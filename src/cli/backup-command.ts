import { relative, resolve, sep } from 'node:path';
import { type Config, readConfig } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { type Backup, FOLDERS, writeBackup } from './backup/write-backup.ts';
import { readArguments as readOptions, UsageError } from './arguments.ts';
import { CommandError } from './server-client.ts';

/** What `--help` prints. */
export const USAGE = `npm run backup -- <folder> [--no-downloads]

Writes a backup to <folder>, which must not exist yet: the database, complete and consistent, while the server runs or not, the
folders of the sessions, and the files in DOWNLOADS_DIR. Run it on the machine of the server, as its user, with its settings.

  --no-downloads   leaves the files in DOWNLOADS_DIR out
  --help, --version
`;

/** The command `npm run backup`. Resolves with its output, once the backup is verified and on disk. */
export async function runBackupCommand(args: string[], environment: Environment): Promise<string> {
  const { target, downloads } = readArguments(args);
  const config = readConfig(environment);
  if (config.storage.databaseUrl) throw new CommandError(POSTGRES);
  checkOutside(config, target);
  const withDownloads = downloads && config.media.bucket === null;
  const restoring = (backup: Backup) => instructions(config, backup);
  const backup = await writeBackup(config, { target, withDownloads, restoring });
  return `${target} has ${contents(backup)}.\n\n${instructions(config, backup)}`;
}

const POSTGRES = `The storage is PostgreSQL (DATABASE_URL), which has tools of its own:

  pg_dump --format=custom --file=whatsapp.dump "$DATABASE_URL"

Continuous archiving loses less. How to restore it is in docs/operations.md. Files in DOWNLOADS_DIR, or in the bucket of
MEDIA_S3_BUCKET, are backed up on their own.
`;

function readArguments(args: string[]): { target: string; downloads: boolean } {
  const config = { args, options: { 'no-downloads': { type: 'boolean' } }, allowPositionals: true } as const;
  const { values, positionals } = readOptions(config, USAGE);
  const [target = '', ...others] = positionals;
  if (target === '' || others.length > 0) throw new UsageError(USAGE);
  return { target: resolve(target), downloads: values['no-downloads'] !== true };
}

/** A backup within what it copies would copy itself, and be removed with it. */
function checkOutside({ sessions, media }: Config, target: string): void {
  for (const [name, folder] of Object.entries({ AUTH_DIR: sessions.authDir, DOWNLOADS_DIR: media.downloadsDir })) {
    const path = relative(resolve(folder), target);
    if (path === '..' || path.startsWith(`..${sep}`)) continue;
    throw new CommandError(`${target} is in ${name}: choose a folder elsewhere, best on another disk.`);
  }
}

function contents({ sessions, pendingCallbacks, bytes, downloads, wasRunning }: Backup): string {
  const files = downloads ? `, and ${downloads.files} downloaded files (${megabytes(downloads.bytes)})` : '';
  const how = wasRunning ? 'copied while the server runs' : 'no server was running';
  return `the database (${megabytes(bytes)}, sessions: ${sessions}, webhooks that wait: ${pendingCallbacks}; ${how})${files}. It was read and is intact`;
}

function instructions(config: Config, { isEncrypted, downloads }: Backup): string {
  const missing = [
    isEncrypted ? 'MASTER_KEY, without which nobody can read it' : '',
    ...(downloads
      ? []
      : [config.media.bucket ? 'the files in the bucket of MEDIA_S3_BUCKET' : 'the files in DOWNLOADS_DIR']),
    '.env, with the other settings',
  ].filter(Boolean);
  const files = downloads ? ` and of DOWNLOADS_DIR by ${FOLDERS.downloadsDir}` : '';
  return `Not in it: ${missing.join('; ')}. Keep that elsewhere.
${isEncrypted ? '' : 'It is not encrypted: whoever reads it has the accounts.\n'}
To restore it, as the user of the server:
1. Stop the server, and let it not come back. Two servers with the keys of one account make its messages unreadable.
2. Replace the content of AUTH_DIR by ${FOLDERS.authDir}${files}.
3. Start the server${isEncrypted ? ' with the same MASTER_KEY' : ''}. Accounts connect without a new scan.
Restore only the newest backup: keys change with every message. Events since then are missing, and the numbers of events jump to tell your
backend so. More: docs/operations.md
`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
