import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/kit/clock.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { freePort } from '../../harness/free-port.ts';
import { ANA, testFolder } from '../../contracts/storage/support.ts';

const COMMAND = new URL('../../../src/cli/rotate-master-key.ts', import.meta.url).pathname;
const OLD = randomMasterKey();
const NEW = randomMasterKey();
const OTHER = randomMasterKey();

/** Runs the command with only these environment variables. */
function rotate(environment: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND], { env: environment, cwd: '/' }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

async function encryptedFolder(): Promise<string> {
  const folder = await testFolder();
  await using storage = openStorage(folder, systemClock, new Secret(OLD));
  await storage.signalKeys.saveCredentials(ANA, 'mine');
  return folder;
}

it('replaces the key of the database, also from files and in base64', async () => {
  const AUTH_DIR = await encryptedFolder();
  await writeFile(join(AUTH_DIR, 'new.key'), `${Buffer.from(NEW, 'hex').toString('base64')}\n`);

  const { code, stdout } = await rotate({ AUTH_DIR, MASTER_KEY: OLD, NEW_MASTER_KEY_FILE: join(AUTH_DIR, 'new.key') });

  expect(code).toBe(0);
  expect(stdout).toContain(AUTH_DIR);
  await using storage = openStorage(AUTH_DIR, systemClock, new Secret(NEW));
  expect(await storage.signalKeys.credentials(ANA)).toBe('mine');
});

it.each<[string, Record<string, string>]>([
  ['without the old key', { NEW_MASTER_KEY: NEW }],
  ['without a new key', { MASTER_KEY: OLD }],
  ['with a wrong old key', { MASTER_KEY: NEW, NEW_MASTER_KEY: OTHER }],
  ['with the same key twice', { MASTER_KEY: OLD, NEW_MASTER_KEY: OLD }],
  ['with two new keys', { MASTER_KEY: OLD, NEW_MASTER_KEY: NEW, NEW_MASTER_KEY_FILE: '/dev/null' }],
  ['with a file that is not there', { MASTER_KEY: OLD, NEW_MASTER_KEY_FILE: '/not/there' }],
])('%s it fails with one sentence, and changes nothing', async (_, keys) => {
  const AUTH_DIR = await encryptedFolder();

  const { code, stderr } = await rotate({ AUTH_DIR, ...keys });

  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('MASTER_KEY')]);
  for (const key of [OLD, NEW]) expect(stderr).not.toContain(key);
  await using storage = openStorage(AUTH_DIR, systemClock, new Secret(OLD));
  expect(await storage.signalKeys.credentials(ANA)).toBe('mine');
});

it('reports that it is already done, and changes nothing', async () => {
  const AUTH_DIR = await encryptedFolder();
  const again = { AUTH_DIR, MASTER_KEY: OLD, NEW_MASTER_KEY: NEW };
  await rotate(again);

  expect(await rotate(again)).toMatchObject({ code: 0, stdout: expect.stringContaining('already') });

  await using storage = openStorage(AUTH_DIR, systemClock, new Secret(NEW));
  expect(await storage.signalKeys.credentials(ANA)).toBe('mine');
});

it('is refused while the storage is used by a server that does not answer', async () => {
  const AUTH_DIR = await encryptedFolder();
  await using running = openStorage(AUTH_DIR, systemClock, new Secret(OLD));
  const PORT = String(await freePort());

  const { code, stderr } = await rotate({ AUTH_DIR, PORT, MASTER_KEY: OLD, NEW_MASTER_KEY: NEW });

  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`none answers at http://127.0.0.1:${PORT}: set HOST and PORT`),
  ]);
  expect(await running.signalKeys.credentials(ANA)).toBe('mine');
});
