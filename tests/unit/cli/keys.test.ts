import { runKeysCommand } from '../../../src/cli/keys-command.ts';
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
