import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { runBackupCommand } from '../../../src/cli/backup-command.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { clock, contents, filledFolder } from '../storage/filled.ts';

const KEY = randomMasterKey();

/** The sentence with which the command fails. */
async function refusal(args: string[], environment: Environment = {}): Promise<string> {
  const error: unknown = await runBackupCommand(args, environment).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).message;
}

/** An installation whose server is stopped, and where its backups go. */
async function installation(masterKey: Secret | null = new Secret(KEY)) {
  const [authDir, downloadsDir, disk] = [await filledFolder(masterKey), await testFolder(), await testFolder()];
  const environment = { AUTH_DIR: authDir, DOWNLOADS_DIR: downloadsDir, ...(masterKey && { MASTER_KEY: KEY }) };
  return { authDir, downloadsDir, disk, target: join(disk, 'today'), environment };
}

/** Every path in a folder, with its mode. */
async function tree(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const modes = names.map(async (name) => [name, ((await stat(join(folder, name))).mode & 0o777).toString(8)]);
  return Object.fromEntries(await Promise.all(modes)) as Record<string, string>;
}

it.each([[[]], [['a', 'b']], [['a', '--colour']]])('explains its usage after %j', async (args) => {
  expect(await refusal(args)).toContain('npm run backup -- <folder>');
});

it('names the command for PostgreSQL', async () => {
  const sentence = await refusal(['/nowhere/x'], { DATABASE_URL: 'postgres://h/d' });
  expect(sentence).toContain('pg_dump --format=custom --file=whatsapp.dump "$DATABASE_URL"');
});

it('writes everything for its owner only, and opens as it was', async () => {
  const { authDir, downloadsDir, target, environment } = await installation();
  await mkdir(join(authDir, ANA));
  await writeFile(join(authDir, ANA, 'creds.json'), '{}');
  await mkdir(join(downloadsDir, ANA));
  await writeFile(join(downloadsDir, ANA, 'M1.jpg'), 'a picture', { mode: 0o644 });
  await writeFile(join(downloadsDir, ANA, 'M2.jpg.incomplete'), 'half');
  await writeFile(join(downloadsDir, '.gitignore'), '*');
  await symlink('/etc/passwd', join(downloadsDir, 'link'));

  const said = await runBackupCommand([target], environment);

  expect(await tree(target)).toEqual({
    ...{ 'RESTORE.txt': '600', auth_sessions: '700', 'auth_sessions/orchestrator.db': '600' },
    ...{ [`auth_sessions/${ANA}`]: '700', [`auth_sessions/${ANA}/creds.json`]: '600' },
    ...{ downloads: '700', [`downloads/${ANA}`]: '700', [`downloads/${ANA}/M1.jpg`]: '600' },
  });
  expect(said).toContain('sessions: 1, webhooks that wait:');
  expect(said).toContain('no server was running), and 1 downloaded files (0.0 MB). It was read and is intact.');
  expect(said).toContain('Not in it: MASTER_KEY, without which nobody can read it; .env');
  expect(said).toContain(await readFile(join(target, 'RESTORE.txt'), 'utf8'));
  expect(JSON.stringify(await tree(target))).not.toContain('partial');
  expect(await readdir(join(target, '..'))).toEqual(['today']);

  await using original = openStorage(authDir, clock, new Secret(KEY));
  const before = await contents(original, ANA);
  let isRestored = false;
  const onRestored = () => (isRestored = true);
  await using copy = openStorage(join(target, 'auth_sessions'), clock, new Secret(KEY), { onRestored });
  expect(await contents(copy, ANA)).toEqual(before);
  expect(isRestored).toBe(true);
});

it('leaves downloads out when it is told to, or when a bucket has them, and says so', async () => {
  const { disk, environment } = await installation(null);

  const told = await runBackupCommand([join(disk, 'one'), '--no-downloads'], environment);
  expect(told).toContain('Not in it: the files in DOWNLOADS_DIR; .env');
  expect(told).toContain('It is not encrypted');
  const inBucket = { ...environment, MEDIA_S3_BUCKET: 'files', MEDIA_S3_ENDPOINT: 'http://127.0.0.1:9' };
  const bucket = await runBackupCommand([join(disk, 'two')], inBucket);
  expect(bucket).toContain('Not in it: the files in the bucket of MEDIA_S3_BUCKET');
  expect((await readdir(join(disk, 'two'))).sort()).toEqual(['RESTORE.txt', 'auth_sessions']);
});

it('copies the database of an earlier version as it is', async () => {
  const { authDir, target, environment } = await installation(null);
  const old = new Sqlite(join(authDir, 'orchestrator.db'));
  old.pragma('user_version = 7');
  old.close();

  await runBackupCommand([target], environment);

  const copy = new Sqlite(join(target, 'auth_sessions/orchestrator.db'), { readonly: true });
  expect(copy.pragma('user_version', { simple: true })).toBe(7);
  copy.close();
});

it('writes over nothing, into nothing that it copies, and onto no disk that is not there', async () => {
  const { authDir, downloadsDir, disk, target, environment } = await installation(null);
  await mkdir(target);
  await mkdir(join(disk, 'other.partial'));

  expect(await refusal([target], environment)).toContain('exists already');
  expect(await refusal([join(authDir, 'x')], environment)).toContain('is in AUTH_DIR');
  expect(await refusal([authDir], environment)).toContain('is in AUTH_DIR');
  expect(await refusal([join(downloadsDir, 'x')], environment)).toContain('is in DOWNLOADS_DIR');
  expect(await refusal([join(disk, 'no/x')], environment)).toContain('is its disk mounted?');
  expect(await refusal([join(disk, 'other')], environment)).toContain('was interrupted');
  expect((await readdir(disk)).sort()).toEqual(['other.partial', 'today']);
});

it('leaves nothing behind when there is nothing to copy, or it is damaged', async () => {
  const { authDir, disk, environment } = await installation(null);

  const nothing = await refusal([join(disk, 'one')], { ...environment, AUTH_DIR: join(disk, 'nowhere') });
  expect(nothing).toContain('it does not exist');
  await writeFile(join(authDir, 'orchestrator.db'), 'no database');
  expect(await refusal([join(disk, 'two')], environment)).toContain('Cannot open the database');
  expect(await readdir(disk)).toEqual([]);
});
