import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { runMoveCommand } from '../../../src/cli/move-storage-command.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { connectionConfig } from '../../../src/storage/postgres/connect.ts';
import { openPostgres } from '../../../src/storage/postgres/open.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA, BEA } from '../../contracts/storage/support.ts';
import { emptyPostgresUrl, newPostgresUrl } from '../../harness/shared-postgres.ts';
import { tamper } from '../../harness/sqlite-file.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { clock, filledFolder } from '../storage/filled.ts';

/** Runs the command, and returns everything that it prints. */
async function output(args: string[], environment: Environment = {}): Promise<string> {
  const printed: string[] = [];
  const end = await runMoveCommand(args, environment, (text) => printed.push(text));
  return [...printed, end].join('');
}

/** The sentence with which the command fails. */
async function refusal(args: string[]): Promise<string> {
  const error: unknown = await output(args).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).message;
}

const between = (folder: string, url: string) => ['--from', `sqlite:${folder}`, '--to', url];

it.each([
  [[], '--from must be sqlite:<AUTH_DIR> or postgres://'],
  [['--from', 'sqlite:a'], '--to must be sqlite:<AUTH_DIR> or postgres://'],
  [['--from', 'sqlite:', '--to', 'postgres://h/d'], '--from must be'],
  [['--from', 'sqlite:a', '--to', 'mysql://h/d'], '--to must be'],
  [['--from', 'sqlite:a', '--to', 'postgres:'], '--to must be'],
  [['--from', 'sqlite:a', '--to', 'sqlite:a'], '--from and --to must differ'],
  [['--from', 'sqlite:a', '--to', 'postgres://h/d', '--sessions', ' ,'], '--sessions must name a session'],
  [['--from', 'sqlite:a', '--colour', 'red'], 'npm run move-storage -- --from'],
])('explains its usage after %j', async (args, sentence) => {
  expect(await refusal(args)).toContain(sentence);
});

it('prints every table with its count and its hash, and what to do next', async () => {
  const [folder, url] = [await filledFolder(null, [ANA, BEA]), await emptyPostgresUrl()];
  const to = ['--from', `sqlite:${folder}`, '--to', 'postgres:'];

  const first = await output([...to, '--sessions', BEA], { DATABASE_URL: url });

  expect(first).toMatch(
    /^settings, API keys and answers: moved\n {2}subscriptions +2 rows {2}[0-9a-f]{64}\n {2}settings +2 rows {2}[0-9a-f]{64}\n/,
  );
  expect(first).toMatch(/\nsession_2_bea: moved\n {2}sessions +1 row {3}[0-9a-f]{64}\n/);
  expect(first).not.toContain(ANA);
  expect(first).toMatch(
    /\n1 session is in postgres:.+ every count and SHA-256 is the same on both sides\.\nsqlite:.+ is unchanged\./,
  );
  const rest = await output(to, { DATABASE_URL: url });
  expect(rest).toContain('session_2_bea: moved by an earlier run\n');
  expect(rest).toContain('\n2 sessions are in postgres://');
  expect(`${first}${rest}`).not.toContain(new URL(url).password);
});

it('creates the folder of each session beside a new SQLite database', async () => {
  const [folder, url, back] = [await filledFolder(null), await emptyPostgresUrl(), await testFolder()];
  await output(between(folder, url));

  await output(['--from', url, '--to', `sqlite:${join(back, 'new')}`]);

  expect(await readdir(join(back, 'new'))).toEqual(expect.arrayContaining(['orchestrator.db', ANA]));
});

it('is refused while a server uses the source or the target', async () => {
  const [folder, url] = [await filledFolder(null), await emptyPostgresUrl()];
  {
    await using server = openStorage(folder, clock, null);
    await server.check();
    expect(await refusal(between(folder, url))).toBe(
      `Another process is using ${folder}. Stop it first, or set AUTH_DIR to another folder.`,
    );
  }
  await using server = await openPostgres(url, { clock, masterKey: null });
  await server.check();
  expect(await refusal(between(folder, url))).toMatch(/^Another process is using postgres:.+ Stop it first/);
});

it('is refused when there is nothing to move, and creates nothing', async () => {
  const [folder, url] = [await testFolder(), await newPostgresUrl()];

  expect(await refusal(between(folder, url))).toContain('orchestrator.db: it does not exist');
  expect(await refusal(['--from', url, '--to', `sqlite:${folder}`])).toContain('it has no tables of the orchestrator');
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['an earlier version', 'PRAGMA user_version = 3', 'was written by an earlier version. Start this version on it once'],
  ['a newer version', 'PRAGMA user_version = 999', 'was written by a newer version'],
  [
    'this version, which has yet to change its contents',
    `INSERT INTO settings (name, value) VALUES ('webhooks without kind', '')`,
    'Start this version on it once, with its master key',
  ],
])('is refused when SQLite is of %s', async (_, change, sentence) => {
  const folder = await filledFolder(null);
  tamper(folder, (sqlite) => sqlite.exec(change));

  expect(await refusal(between(folder, await emptyPostgresUrl()))).toContain(sentence);
});

it.each([
  ['an earlier version', 'DELETE FROM migrations', 'was written by an earlier version'],
  ['a newer version', 'INSERT INTO migrations (version) VALUES (999)', 'was written by a newer version'],
])('is refused when PostgreSQL is of %s', async (_, change, sentence) => {
  const [folder, url] = [await filledFolder(null), await newPostgresUrl()];
  await (await openPostgres(url, { clock, masterKey: null }))[Symbol.asyncDispose]();
  const client = new pg.Client(connectionConfig(url, { name: 'test' }));
  await client.connect();
  await client.query(change);
  await client.end();

  expect(await refusal(between(folder, url))).toContain(sentence);
});
