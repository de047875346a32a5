import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readExampleCommand } from '../../demo/example/command-line.ts';
import { DemoProcess, EXAMPLE } from './demo-process.ts';

/** Creates an empty temporary folder, in which files that the demo leaves behind show up. */
async function emptyFolder(): Promise<AsyncDisposable & { path: string; leftBehind(): Promise<string[]> }> {
  const path = await mkdtemp(join(tmpdir(), 'demo-test-'));
  return {
    path,
    leftBehind: () => readdir(path),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm run demo -- --check', () => {
  it('plays the whole story, passes every step, and leaves nothing behind', async () => {
    await using folder = await emptyFolder();
    await using demo = new DemoProcess(['--check'], { TMPDIR: folder.path });
    const { code, stdout, stderr } = await demo.outcome();
    const lines = stdout.split('\n');
    const steps = lines.filter((line) => line.startsWith('✓')).length;
    const failures = stdout.includes('✗') ? stdout : '';
    expect({ code, stderr, failures, steps }).toEqual({ code: 0, stderr: '', failures: '', steps: 26 });
    expect(await folder.leftBehind()).toEqual([]);
  }, 60_000);
});

describe('npm run demo', () => {
  it('uses a free port when the default one is in use, and stops everything that it started when Ctrl-C is pressed', async () => {
    await using folder = await emptyFolder();
    const other = createServer().listen(8090, '127.0.0.1');
    await once(other, 'listening');
    await using demo = new DemoProcess([], { TMPDIR: folder.path });
    await demo.prints(/Port 8090 is in use; using a free port instead\./);
    const url = await demo.prints(/http:\/\/127\.0\.0\.1:\d+/);
    expect((await fetch(url)).status).toBe(200);
    other.close();
    const [orchestrator] = await demo.childProcesses();
    expect(isAlive(orchestrator!)).toBe(true);

    demo.child.kill('SIGINT');

    expect(await demo.outcome()).toMatchObject({ code: 0, stderr: '' });
    expect(isAlive(orchestrator!)).toBe(false);
    expect(await folder.leftBehind()).toEqual([]);
  });

  it.each([
    [['--nothing'], "Unknown option '--nothing'; see --help.\n"],
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not "x".\n'],
    [['--check', '--port', '1'], '--port cannot be combined with --check, which serves no page.\n'],
  ])('rejects %j with one sentence', async (args, sentence) => {
    await using demo = new DemoProcess(args);
    expect(await demo.outcome()).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  it.each([
    [['--demo', '--nothing'], "Unknown option '--nothing'; see --help."],
    [['demo'], "Unexpected argument 'demo'; see --help."],
    [['--demo', '--port', '-1'], "Option '--port' argument is ambiguous; see --help."],
    [['--demo', '--port', '70000'], '--port must be a whole number from 0 to 65535, not "70000".'],
    [['--port', '1'], '--port needs --demo; the backend alone takes PORT.'],
  ])('of the example backend rejects %j, too', (args, sentence) => {
    expect(() => readExampleCommand(args)).toThrow(sentence);
  });

  it('of the example backend refuses a port that is taken, and explains its options', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await using demo = new DemoProcess(['--demo', '--port', String(port)], {}, EXAMPLE);
    await using help = new DemoProcess(['--help'], {}, EXAMPLE);
    expect(await demo.outcome()).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${port} is in use: choose another one with --port.\n`,
    });
    expect(await help.outcome()).toMatchObject({ code: 0, stdout: expect.stringContaining('--demo') as string });
    other.close();
  });

  it('explains its options', async () => {
    await using demo = new DemoProcess(['--help']);
    const { code, stdout } = await demo.outcome();
    expect(code).toBe(0);
    for (const option of ['--port', '--check', '--help']) expect(stdout).toContain(option);
  });
});
