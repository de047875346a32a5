import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runKeysCommand } from '../../../src/cli/keys-command.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { ask } from '../../harness/ask.ts';
import { freePort } from '../../harness/free-port.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { storageSettings } from '../../harness/shared-postgres.ts';
import { SkippingClock } from '../../harness/skipping-clock.ts';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';

const ENTRY = fileURLToPath(new URL('../../../src/cli/keys.ts', import.meta.url));
const API_KEY = 'the-key-of-the-house';
const KEY = /^wak_([A-Za-z0-9]{12})_[A-Za-z0-9]{44}\n$/;

let folder: string;
let environment: Environment;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  environment = {
    ...(await storageSettings(join(folder, 'auth_sessions'))),
    ...{ AUTH_DIR: join(folder, 'auth_sessions'), DOWNLOADS_DIR: join(folder, 'downloads') },
    ...{ API_KEY, PORT: String(await freePort()), HOST: '127.0.0.1', BACKEND_BASE_URL: 'http://127.0.0.1:9' },
  };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs what `npm run keys` runs, in a process of its own. Returns its exit code and output. */
function keysProcess(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...CHILD_ENVIRONMENT, ...environment };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [ENTRY, ...args], { env, cwd: '/' }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** The same within this process. Resolves with the output. */
const keys = (...args: string[]) => runKeysCommand(args, environment);

const statusOf = async (url: string, key: string) =>
  (await ask(`${url}/sessions`, { method: 'GET', headers: { authorization: `Bearer ${key}` } })).status;

// In plaintext, tests/docs runs it.
it('the keys command creates, lists and revokes keys in encrypted storage, while the server is stopped and while it runs', async () => {
  environment = { ...environment, MASTER_KEY: randomMasterKey() };
  const before = await keysProcess('create', '--scopes', 'sessions:read', '--name', 'the shop');
  expect(before).toMatchObject({ code: 0, err: '', out: expect.stringMatching(KEY) });

  let list: string[];
  {
    await using server = await Orchestrator.start({ environment, clock: new SkippingClock() });
    expect(await statusOf(server.url, before.out.trim())).toBe(200);
    const scopes = 'sessions:read,messages:send';
    const during = await keys('create', '--scopes', scopes, '--sessions', 'session_1_a,session_1_b');
    expect(during).toMatch(KEY);
    expect(await statusOf(server.url, during.trim())).toBe(200);
    list = (await keys('list')).split('\n');
    expect(list[0]).toMatch(/^\w{12} {2}\S+Z {2}sessions:read {2}all sessions {2}the shop$/);
    expect(list[1]).toMatch(/^\w{12} {2}\S+Z {2}sessions:read,messages:send {2}session_1_a,session_1_b$/);

    const keyId = KEY.exec(before.out)![1]!;
    expect(await keys('revoke', keyId)).toBe(`${keyId} is revoked\n`);
    expect(await statusOf(server.url, before.out.trim())).toBe(401);
    await expect(keys('revoke', keyId)).rejects.toThrow('There is no key with this id.');
  }

  expect((await keys('list')).split('\n')).toEqual([list[1], '']);
});

it('the keys command that is misused says why in its errors, and exits with 2', async () => {
  expect(await keysProcess('revoke')).toMatchObject({
    ...{ code: 2, out: '', err: expect.stringContaining('revoke <keyId>') },
  });
});
