import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCheckCommand } from '../../src/cli/check-backend-command.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { freePort } from '../harness/free-port.ts';
import { testFolder } from '../harness/test-folder.ts';
import { untilListening } from '../harness/until-listening.ts';

const KEYS = { CALLBACK_SECRET: 'whsec_ZG9uJ3QgdXNlIHRoaXMgb25lLCBtYWtlIHlvdXIgb3du', PRODUCTION_API_KEY: 'a-key' };
const path = (name: string) => fileURLToPath(new URL(`../../examples/receivers/${name}`, import.meta.url));
/** Go compiles its own library, when it does so for the first time. */
const GO_MS = 300_000;

/** How each receiver is started, if its language is installed. */
const RECEIVERS = {
  Python: () => (isThere('python3', ['--version']) ? () => ['python3', path('python/receiver.py')] : null),
  PHP: () =>
    isThere('php', ['-r', 'exit(extension_loaded("pdo_sqlite") ? 0 : 1);'])
      ? (_: string, port: number) => ['php', '-S', `127.0.0.1:${port}`, path('php/receiver.php')]
      : null,
  Go: () => (isThere('go', ['version']) ? built : null),
};

function isThere(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function built(folder: string): string[] {
  const program = join(folder, 'receiver');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: path('go'), stdio: 'inherit' });
  return [program];
}

async function start([command, ...args]: string[], environment: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(command!, args, { env: { ...process.env, ...environment }, stdio: 'ignore' });
  await untilListening(Number(environment.PORT));
  return child;
}

describe.each(Object.entries(RECEIVERS))('the receiver in %s', (_, find) => {
  const command = find();

  (command ? it : it.skip)(
    'does everything right, also after a restart',
    async () => {
      const folder = await testFolder();
      const port = await freePort();
      const environment = { ...KEYS, PORT: String(port), EVENTS_FILE: join(folder, 'events') };
      const program = command!(folder, port);
      for (let run = 0; run < 2; run += 1) {
        const child = await start(program, environment);
        let out = '';
        const terminal = { clock: systemClock, print: (text: string) => (out += text), complain: () => undefined };
        const code = await runCheckCommand([`http://127.0.0.1:${port}`, '--json'], KEYS, terminal);
        child.kill();
        await once(child, 'exit');
        const { checks } = JSON.parse(out) as { checks: { verdict: string }[] };
        expect(checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
        expect([code, checks.length > 30]).toEqual([0, true]);
      }
    },
    GO_MS,
  );
});
