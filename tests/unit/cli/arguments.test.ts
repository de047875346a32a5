import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { refuseArguments } from '../../../src/cli/arguments.ts';
import { runBackupCommand, USAGE as BACKUP } from '../../../src/cli/backup-command.ts';
import { runImportCommand } from '../../../src/cli/import-command.ts';
import { USAGE as IMPORT } from '../../../src/cli/import-source.ts';
import { runKeysCommand, USAGE as KEYS } from '../../../src/cli/keys-command.ts';
import { USAGE as MCP } from '../../../src/cli/mcp-command.ts';
import { runMoveCommand, USAGE as MOVE } from '../../../src/cli/move-storage-command.ts';
import { USAGE as ROTATION } from '../../../src/cli/rotation-command.ts';
import { outcomeOf } from '../../../src/cli/run-command.ts';
import { VERSION } from '../../../src/version.ts';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';

type Command = (args: string[]) => Promise<string>;
const nothing = () => undefined;
const takesNone =
  (usage: string): Command =>
  (args) => {
    refuseArguments(args, usage);
    return Promise.resolve('done');
  };

const COMMANDS: [name: string, usage: string, command: Command][] = [
  ['backup', BACKUP, (args) => runBackupCommand(args, {})],
  ['import', IMPORT, (args) => runImportCommand(args, {}, nothing)],
  ['keys', KEYS, (args) => runKeysCommand(args, {})],
  ['move-storage', MOVE, (args) => runMoveCommand(args, {}, nothing)],
  ['mcp', MCP, takesNone(MCP)],
  ['rotate-master-key', ROTATION, takesNone(ROTATION)],
];

describe.each(COMMANDS)('npm run %s', (name, usage, command) => {
  it('explains itself, and says its version', async () => {
    expect(usage).toContain(`npm run ${name}`);
    expect(usage).toContain('--help, --version');
    expect(await outcomeOf(['--help'], usage, command)).toEqual({ code: 0, out: usage, err: '' });
    expect(await outcomeOf(['-h', '--colour'], usage, command)).toEqual({ code: 0, out: usage, err: '' });
    expect(await outcomeOf(['--version'], usage, command)).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  it('refuses what it does not know, with its usage', async () => {
    const { code, out, err } = await outcomeOf(['--colour', 'red'], usage, command);

    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Unknown option '--colour'/);
    expect(err).toContain(usage.trimEnd());
  });
});

it('a command that fails for another reason exits with 1', async () => {
  expect(await outcomeOf([], '', () => Promise.reject(new Error('no')))).toEqual({
    code: 1,
    out: '',
    err: 'Error: no\n',
  });
});

it('every command of src/cli takes these arguments', () => {
  const folder = new URL('../../../src/cli/', import.meta.url);
  const programs = readdirSync(folder)
    .map((name) => [name, name.endsWith('.ts') ? readFileSync(new URL(name, folder), 'utf8') : ''] as const)
    .filter(([, text]) => /^(?:await |process\.exitCode = )/m.test(text));

  expect(programs.map(([name]) => name.replace('.ts', '')).sort()).toEqual(
    [...COMMANDS.map(([name]) => name), 'check-backend', 'doctor', 'setup'].sort(),
  );
  for (const [, text] of programs) expect(text).toMatch(/runCommand\(USAGE, |Command\(process\.argv\.slice\(2\), /);
});

describe('npm start', () => {
  const ENTRY = fileURLToPath(new URL('../../../bin/whatsapp-orchestrator.js', import.meta.url));
  const run = (...args: string[]) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = execFile(process.execPath, [ENTRY, ...args], { env: CHILD_ENVIRONMENT, cwd: '/' }, (_, out, err) =>
        resolve({ code: child.exitCode, out, err }),
      );
    });

  it('refuses arguments, and explains itself', async () => {
    const [wrong, help, version] = await Promise.all([run('--port=4000'), run('--help'), run('--version')]);

    expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/'--port'[\s\S]+npm start/) });
    expect(help).toMatchObject({ code: 0, out: expect.stringContaining('npm start'), err: '' });
    expect(version).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });
});
