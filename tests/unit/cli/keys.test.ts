import { runKeysCommand } from '../../../src/cli/keys-command.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';

it.each([
  [['create'], '--scopes must be a list of at least one of admin'],
  [['create', '--scopes', 'admin', '--sessions', 'session_1_a'], '--sessions cannot limit'],
  [['create', '--scopes', 'admin', '--colour', 'red'], 'npm run keys -- create'],
  [['revoke'], 'npm run keys -- revoke <keyId>'],
  [[], 'npm run keys -- list'],
])('the keys command explains its usage after %j', async (args, sentence) => {
  const error: unknown = await runKeysCommand(args, {}).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(OperatorError);
  expect((error as OperatorError).message).toContain(sentence);
});

it('the keys command lists what each key may not', async () => {
  const environment = { AUTH_DIR: await testFolder() };
  const keys = (...args: string[]) => runKeysCommand(args, environment);
  await keys('create', '--scopes', 'messages:send,messages:read', '--name', 'every session');
  await keys('create', '--scopes', 'messages:send', '--recipients', '5491234567890,123456@g.us', '--approval');

  const [free, limited] = (await keys('list')).split('\n');
  expect(free).toMatch(/messages:send,messages:read {2}all sessions {2}every session$/);
  expect(limited).toMatch(/messages:send {2}all sessions {2}only to 5491234567890,123456@g\.us {2}with approval$/);
});
