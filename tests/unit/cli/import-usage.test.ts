import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runImportCommand } from '../../../src/cli/import-command.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { testFolder } from '../../harness/test-folder.ts';

/** The sentence with which the command fails. */
async function failureOf(args: string[], AUTH_DIR: string): Promise<string> {
  const environment = { AUTH_DIR, BACKEND_BASE_URL: 'http://localhost:1' };
  const error: unknown = await runImportCommand(args, environment, () => undefined).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).message;
}

it.each([
  [[], 'npm run import -- multi-file:'],
  [['sqlite:x'], 'npm run import -- multi-file:'],
  [['fazer:/folder'], 'npm run import -- multi-file:'],
  [['waha:a', 'waha:b'], 'npm run import -- multi-file:'],
  [['waha:a', '--colour', 'red'], 'npm run import -- multi-file:'],
  [['waha:a', '--only', ' ,'], '--only must name a session'],
  [['waha:/not/there'], '/not/there is not a folder that can be read.'],
])('explains what is wrong with %j', async (args, sentence) => {
  expect(await failureOf(args, await testFolder())).toContain(sentence);
});

it('leaves to the server what is in AUTH_DIR', async () => {
  const authDir = await testFolder();
  await mkdir(join(authDir, 'session_1_old'));

  for (const folder of [authDir, join(authDir, 'session_1_old')]) {
    expect(await failureOf([`multi-file:${folder}`], authDir)).toContain('is in AUTH_DIR');
  }
});
