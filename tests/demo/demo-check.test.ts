import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoProcess } from './demo-process.ts';

/** A temporary folder of its own, so that whatever the demo leaves behind is seen. */
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
  it('plays the whole story, every step right, and leaves nothing behind', async () => {
    await using folder = await emptyFolder();
    await using demo = new DemoProcess(['--check'], { TMPDIR: folder.path });
    const { code, stdout, stderr } = await demo.outcome();
    const lines = stdout.split('\n');
    const steps = lines.filter((line) => line.startsWith('✓')).length;
    const wrong = stdout.includes('✗') ? stdout : '';
    expect({ code, stderr, wrong, steps }).toEqual({ code: 0, stderr: '', wrong: '', steps: 20 });
    expect(await folder.leftBehind()).toEqual([]);
  }, 60_000);
});

describe('npm run demo', () => {
  it('ends with everything that it started when Ctrl-C is pressed', async () => {
    await using folder = await emptyFolder();
    await using demo = new DemoProcess(['--port', '0'], { TMPDIR: folder.path });
    const url = await demo.prints(/http:\/\/127\.0\.0\.1:\d+/);
    expect((await fetch(url)).status).toBe(200);
    const [orchestrator] = await demo.childProcesses();
    expect(isAlive(orchestrator!)).toBe(true);

    demo.child.kill('SIGINT');

    expect(await demo.outcome()).toMatchObject({ code: 0, stderr: '' });
    expect(isAlive(orchestrator!)).toBe(false);
    expect(await folder.leftBehind()).toEqual([]);
  });

  it('takes a free port when the usual one is taken, and says so', async () => {
    await using first = new DemoProcess([]);
    await first.prints(/http:\/\/127\.0\.0\.1:\d+/);
    await using second = new DemoProcess([]);
    await second.prints(/Port 8090 is in use, so the page is on a free one\./);
    const url = await second.prints(/http:\/\/127\.0\.0\.1:\d+/);
    expect((await fetch(url)).status).toBe(200);
  });

  it.each([
    [['--nothing'], "Unknown option '--nothing'; see --help.\n"],
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not "x".\n'],
    [['--check', '--port', '1'], '--check has no page, so --port means nothing with it.\n'],
  ])('refuses %j in one sentence', async (args, sentence) => {
    await using demo = new DemoProcess(args);
    expect(await demo.outcome()).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  it('explains its options', async () => {
    await using demo = new DemoProcess(['--help']);
    const { code, stdout } = await demo.outcome();
    expect(code).toBe(0);
    for (const option of ['--port', '--check', '--help']) expect(stdout).toContain(option);
  });
});
