import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import { runSetupCommand } from '../../../src/cli/setup-command.ts';
import { readConfig } from '../../../src/config/config.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import { VERSION } from '../../../src/version.ts';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';
import { freePort } from '../../harness/free-port.ts';
import { cleanUpLater } from '../../harness/jest/clean-ups.ts';
import { testFolder } from '../../harness/test-folder.ts';

const ENTRY = fileURLToPath(new URL('../../../bin/setup.js', import.meta.url));
const SECRETS = ['API_KEY', 'MASTER_KEY', 'CALLBACK_SECRET', 'KEY_PEPPER'];

let folder: string;
let file: string;
/** Where no backend answers. */
let backend: string;

beforeAll(async () => {
  backend = `http://127.0.0.1:${await freePort()}`;
});

beforeEach(async () => {
  folder = await testFolder();
  file = join(folder, '.env');
});

/** Runs the command; with answers, a person is at the terminal. */
async function setup(args: string[], { answers, environment = {} }: { answers?: string[]; environment?: object } = {}) {
  let [out, err] = ['', ''];
  const asked: string[] = [];
  const code = await runSetupCommand(
    ['--file', file, ...args],
    { AUTH_DIR: join(folder, 'auth'), ...environment },
    {
      ...{ random: systemRandom, inContainer: false },
      ask: answers
        ? (question) => {
            asked.push(question);
            return Promise.resolve(answers.shift() ?? '');
          }
        : null,
      print: (text) => (out += text),
      complain: (text) => (err += text),
    },
  );
  return { code, out, err, asked };
}

const settings = async () => parse(await readFile(file, 'utf8'));
const production = () => ['--mode', 'production', '--backend', backend];

it('writes complete settings for production that only their owner may read, and says what is next', async () => {
  const { code, out, err } = await setup(production());
  const written = await settings();

  expect([code, err]).toEqual([0, '']);
  expect(Object.keys(written).sort()).toEqual(['BACKEND_BASE_URL', 'NODE_ENV', ...SECRETS].sort());
  expect(readConfig(written)).toMatchObject({ mode: 'production', backend: { baseUrl: backend } });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(out).toMatch(/Backend: .*ECONNREFUSED[\s\S]+Next: npm start, open http:\/\/localhost:3000\/dashboard/);
  for (const name of SECRETS) expect(out).not.toContain(written[name]);
});

it('makes other secrets each time', async () => {
  await setup(production());
  const first = await settings();
  file = join(folder, 'other');
  await setup(production());
  const second = await settings();

  for (const name of SECRETS) expect(first[name]).not.toBe(second[name]);
});

it('needs no key in development, and no option', async () => {
  const { code, out } = await setup([]);

  expect(code).toBe(0);
  expect(out).toContain('API_KEY is not needed in development');
  expect(Object.keys(await settings()).sort()).toEqual(
    ['BACKEND_BASE_URL', 'CALLBACK_SECRET', 'KEY_PEPPER', 'MASTER_KEY', 'NODE_ENV'].sort(),
  );
});

it('changes nothing that is there', async () => {
  await setup(production());
  const before = await readFile(file, 'utf8');
  await chmod(file, 0o644);

  expect((await setup([])).out).toContain('has everything already');
  expect(await readFile(file, 'utf8')).toBe(before);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('fills in a copy of .env.example, and leaves its other lines', async () => {
  const example = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8');
  await writeFile(file, example);
  await setup([...production(), '--replace']);
  const [before, after] = [example.split('\n'), (await readFile(file, 'utf8')).split('\n')];

  expect(after).toHaveLength(before.length);
  expect(after.filter((line, at) => line !== before[at]).map((line) => line.split('=')[0])).toEqual([
    ...['NODE_ENV', 'API_KEY', 'KEY_PEPPER', 'BACKEND_BASE_URL', 'CALLBACK_SECRET', 'MASTER_KEY'],
  ]);
  expect(readConfig(await settings()).mode).toBe('production');
});

it('keeps what somebody wrote, in any form, and the link to it', async () => {
  const target = join(folder, 'real');
  await writeFile(target, 'export API_KEY="my own key-of-1"\r\n# PORT=1\r\nMASTER_KEY=\r\nPORT=4000');
  await symlink(target, file);
  await setup(production());

  expect(await settings()).toMatchObject({ API_KEY: 'my own key-of-1', PORT: '4000', NODE_ENV: 'production' });
  expect((await settings()).MASTER_KEY).toMatch(/^[\da-f]{64}$/);
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
});

it('does not replace a value unasked', async () => {
  await writeFile(file, 'NODE_ENV=production\nBACKEND_BASE_URL=https://old.example.com\n');
  const { code, err } = await setup(production());

  expect([code, err]).toEqual([1, expect.stringContaining('--replace')]);
  expect(await readFile(file, 'utf8')).toContain('old.example.com\n');
  expect(Object.keys(await settings())).toHaveLength(2);
});

it('asks a person who is there', async () => {
  const first = await setup([], { answers: ['production', 'shop', backend] });
  expect([first.code, first.asked.length]).toEqual([0, 3]);
  expect(first.err).toContain('must be a URL');
  expect(await settings()).toMatchObject({ NODE_ENV: 'production', BACKEND_BASE_URL: backend });

  const kept = await setup(['--backend', 'https://new.example.com'], { answers: ['', 'n'] });
  expect(kept.asked.at(-1)).toContain(`BACKEND_BASE_URL is ${backend}. Replace it by https://new.example.com?`);
  expect((await settings()).BACKEND_BASE_URL).toBe(backend);
  await setup(['--backend', 'http://127.0.0.1:9'], { answers: ['', 'y'] });
  expect((await settings()).BACKEND_BASE_URL).toBe('http://127.0.0.1:9');
});

it('says what somebody has to correct, and leaves it', async () => {
  await writeFile(file, 'API_KEY=1\nPORT=a door\n');
  const { code, out } = await setup(production());

  expect(code).toBe(1);
  expect(out).toMatch(/Still to be corrected[\s\S]+- API_KEY has fewer[\s\S]+- PORT must be/);
  expect(await settings()).toMatchObject({ API_KEY: '1', PORT: 'a door' });
});

it('makes no master key for a database that is there', async () => {
  await mkdir(join(folder, 'auth'));
  await writeFile(join(folder, 'auth', 'orchestrator.db'), '');
  const { code, out } = await setup(production());

  expect(code).toBe(1);
  expect(out).toContain('MASTER_KEY must be that of the database');
  expect(Object.keys(await settings()).sort()).toEqual(['API_KEY', 'BACKEND_BASE_URL', 'CALLBACK_SECRET', 'NODE_ENV']);
});

it('takes for there what the environment has', async () => {
  await setup(production(), { environment: { API_KEY: 'the-key-of-the-house', MASTER_KEY_FILE: '/run/key' } });
  expect(Object.keys(await settings()).sort()).toEqual([
    ...['BACKEND_BASE_URL', 'CALLBACK_SECRET', 'KEY_PEPPER', 'NODE_ENV'],
  ]);
});

it('prints a file of its own instead, and says the rest elsewhere', async () => {
  await writeFile(file, 'API_KEY=of another installation\n');
  const { code, out, err } = await setup([...production(), '--print']);

  expect(code).toBe(0);
  expect(readConfig(parse(out)).mode).toBe('production');
  expect(err).toContain('Next: ');
  expect(out).not.toContain('another');
});

it.each([
  [['--colour'], 2, "'--colour'"],
  [['here'], 2, 'here'],
  [['--mode', 'production'], 2, '--backend <url>'],
  [['--mode', 'fast'], 2, 'development or production'],
  [['--backend', 'shop:8000'], 2, 'must be a URL'],
  [['--backend', 'http://me:word@shop'], 2, 'must be a URL'],
  [['--backend', 'http://shop/$HOME'], 2, 'must be a URL'],
  [['--file', '/'], 1, 'EISDIR'],
])('refuses %j, and writes nothing', async (args, code, sentence) => {
  const result = await setup(args);

  expect(result).toMatchObject({ code, out: '', err: expect.stringContaining(sentence) });
  await expect(stat(file)).rejects.toThrow('ENOENT');
});

it('explains itself', async () => {
  expect(await setup(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('npm run setup') });
  expect(await setup(['--version'])).toMatchObject({ code: 0, out: `${VERSION}\n` });
});

describe('on a terminal', () => {
  /** `script` of util-linux gives a program a terminal; every Debian has it. */
  const isThere = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  const itAsks = isThere ? it : it.skip;

  /** Runs the program in the folder. Each text is typed once what stands before it is shown. */
  async function typing(dialogue: [awaited: RegExp, typed: string][]) {
    const program = spawn('script', ['-qec', `'${process.execPath}' '${ENTRY}'`, '/dev/null'], {
      ...{ cwd: folder, env: { ...CHILD_ENVIRONMENT, SHELL: '/bin/sh', TERM: 'xterm' } },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    cleanUpLater(() => program.kill());
    let [shown, unanswered] = ['', ''];
    program.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      unanswered += chunk.toString();
      const [awaited] = dialogue[0] ?? [];
      if (!awaited?.test(unanswered)) return;
      unanswered = '';
      program.stdin.write(dialogue.shift()![1]);
    });
    const [code] = (await once(program, 'close')) as [number];
    return { code, shown };
  }

  itAsks('takes answers and presets, asks again after a wrong one, and ends by itself', async () => {
    const { code, shown } = await typing([
      [/Mode, development \(this machine only\) or production \[development\]: /, '\r'],
      [/Address of your backend, to which webhooks are posted \[http:/, 'shop\r'],
      // A slip of the finger, corrected.
      [/must be a URL[^]+Address of your backend/, `${backend}x\x7f\r`],
    ]);

    expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining('Next: ') });
    expect(await settings()).toMatchObject({ NODE_ENV: 'development', BACKEND_BASE_URL: backend });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  itAsks('writes nothing when somebody leaves before the last answer', async () => {
    const { code, shown } = await typing([
      [/Mode/, 'production\r'],
      [/Address of your backend/, '\x03'],
    ]);

    expect({ code, shown }).toMatchObject({
      code: 1,
      shown: expect.stringContaining('No answer: nothing was written.'),
    });
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});
