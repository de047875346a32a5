import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/config.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** An orderly end within its limit (src/main.ts), and the log after it. */
const END_SECONDS = 21;

const KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)).toString('hex');
const REQUIRED = { API_KEY: 'the-key-of-the-house', MASTER_KEY: KEY, BACKEND_BASE_URL: 'https://shop.example.com' };

/** The values of a setting of the systemd unit, in their order. */
const UNIT = 'deploy/systemd/whatsapp-orchestrator.service';
const all = (name: string) => [...read(UNIT).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value!);

describe('compose.yaml', () => {
  const { services, volumes } = parse(read('compose.yaml')) as {
    services: Record<string, Record<string, unknown>>;
    volumes: Record<string, null>;
  };
  const server = services.orchestrator!;

  it('takes away what the server does not need', () => {
    expect(server).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(server).not.toHaveProperty('privileged');
    expect(server).not.toHaveProperty('cap_add');
  });

  it('leaves it /tmp, and volumes for what must stay, where the image has folders of its user', () => {
    const mounted = (server.volumes as string[]).map((each) => each.split(':'));
    expect(server.tmpfs).toEqual(['/tmp:size=1g,mode=1777']);
    expect(mounted.map(([name]) => name).sort()).toEqual(Object.keys(volumes).sort());
    for (const [, path] of mounted)
      expect(read('Dockerfile')).toMatch(new RegExp(`mkdir .*${path!.replace('/app/', '')}`));
    const { sessions, media } = readConfig({ ...(server.environment as Record<string, string>), ...REQUIRED });
    expect([sessions.authDir, media.downloadsDir]).toEqual(['./auth_sessions', './downloads']);
  });

  it('gives it time to end, and its log an end', () => {
    expect(parseInt(server.stop_grace_period as string)).toBeGreaterThan(END_SECONDS);
    expect(server.logging).toEqual({ driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } });
  });
});

describe('the systemd unit', () => {
  it('starts what npm start does, as its own user', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    expect(all('ExecStart')).toEqual([`/usr/bin/env ${scripts.start}`]);
    expect(all('User')).toEqual(['whatsapp']);
  });

  it('gives it time to end, and its log an end', () => {
    expect(Number(all('TimeoutStopSec')[0])).toBeGreaterThan(END_SECONDS);
    expect(all('LogNamespace')).toEqual(['whatsapp-orchestrator']);
    expect(read('deploy/systemd/journald@whatsapp-orchestrator.conf')).toMatch(/^SystemMaxUse=\d+G$/m);
  });

  it('takes away what the server does not need, and leaves it its folders', () => {
    expect(
      ['NoNewPrivileges', 'ProtectSystem', 'CapabilityBoundingSet', 'PrivateTmp'].map((name) => all(name)[0]),
    ).toEqual([...['yes', 'strict', '', 'yes']]);
    const folders = all('Environment').flatMap((line) => /_DIR=(\S+)/.exec(line)?.[1] ?? []);
    expect(folders.every((folder) => folder.startsWith(`/var/lib/${all('StateDirectory')[0]}/`))).toBe(true);
    expect(folders).toHaveLength(2);
    // V8 writes code and runs it.
    expect(all('MemoryDenyWriteExecute')).toEqual([]);
  });

  (isThere() ? it : it.skip)('is one that systemd understands', () => {
    const path = fileURLToPath(new URL(`../../${UNIT}`, import.meta.url));
    const said = execFileSync('systemd-analyze', ['verify', path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(said).toBe('');
  });
});

function isThere(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
