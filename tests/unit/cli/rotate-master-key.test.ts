import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runRotationCommand } from '../../../src/cli/rotation-command.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { freePort } from '../../harness/free-port.ts';
import { ANA, testFolder } from '../../contracts/storage/support.ts';

const OLD = randomMasterKey();
const NEW = randomMasterKey();
const OTHER = randomMasterKey();

async function encryptedFolder(): Promise<string> {
  const folder = await testFolder();
  await using storage = openStorage(folder, systemClock, new Secret(OLD));
  await storage.signalKeys.saveCredentials(ANA, 'mine');
  return folder;
}

/** The error of a command that must fail with one that an operator can fix. */
async function failureOf(command: Promise<string>): Promise<OperatorError> {
  const error: unknown = await command.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(OperatorError);
  return error as OperatorError;
}

it('replaces the key of the database, also from files and in base64', async () => {
  const AUTH_DIR = await encryptedFolder();
  await writeFile(join(AUTH_DIR, 'new.key'), `${Buffer.from(NEW, 'hex').toString('base64')}\n`);

  const NEW_MASTER_KEY_FILE = join(AUTH_DIR, 'new.key');

  expect(await runRotationCommand({ AUTH_DIR, MASTER_KEY: OLD, NEW_MASTER_KEY_FILE })).toContain(AUTH_DIR);

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

  const { message } = await failureOf(runRotationCommand({ AUTH_DIR, ...keys }));

  expect(message.split('\n')).toEqual([expect.stringContaining('MASTER_KEY')]);
  for (const key of [OLD, NEW]) expect(message).not.toContain(key);
  await using storage = openStorage(AUTH_DIR, systemClock, new Secret(OLD));
  expect(await storage.signalKeys.credentials(ANA)).toBe('mine');
});

it('reports that it is already done, and changes nothing', async () => {
  const AUTH_DIR = await encryptedFolder();
  const again = { AUTH_DIR, MASTER_KEY: OLD, NEW_MASTER_KEY: NEW };
  await runRotationCommand(again);

  expect(await runRotationCommand(again)).toContain('already');

  await using storage = openStorage(AUTH_DIR, systemClock, new Secret(NEW));
  expect(await storage.signalKeys.credentials(ANA)).toBe('mine');
});

it('is refused while the storage is used by a server that does not answer', async () => {
  const AUTH_DIR = await encryptedFolder();
  await using running = openStorage(AUTH_DIR, systemClock, new Secret(OLD));
  const PORT = String(await freePort());

  const rotation = runRotationCommand({ AUTH_DIR, PORT, MASTER_KEY: OLD, NEW_MASTER_KEY: NEW });

  await expect(rotation).rejects.toThrow(`none answers at http://127.0.0.1:${PORT}: set HOST and PORT`);
  expect(await running.signalKeys.credentials(ANA)).toBe('mine');
});
