import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runDoctorCommand } from '../../../src/cli/doctor-command.ts';
import { checkBackend } from '../../../src/cli/doctor/check-network.ts';
import { checkNode } from '../../../src/cli/doctor/examine.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { whyNot } from '../../../src/cli/doctor/reach.ts';
import { readConfig } from '../../../src/config/config.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { VERSION } from '../../../src/version.ts';
import { freePort } from '../../harness/free-port.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { clock, filledFolder } from '../storage/filled.ts';

const KEY = randomMasterKey();
const HEALTH = { status: 'ok', version: VERSION, problems: [] };

const servers: Server[] = [];
/** Of all tests: they change nothing in it. */
let authDir: string;

beforeAll(async () => {
  authDir = await filledFolder(new Secret(KEY));
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Answers every request so; returns its port. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

const json = (body: object) => answering((_, res) => res.end(JSON.stringify(body)));

/** The settings of an installation in which all is well, with a server. */
async function healthy(): Promise<Record<string, string>> {
  const port = await json(HEALTH);
  return {
    ...{ NODE_ENV: 'production', API_KEY: 'the-key-of-the-house', MASTER_KEY: KEY, HOST: '127.0.0.1', PORT: port },
    ...{ BACKEND_BASE_URL: `http://127.0.0.1:${port}`, WHATSAPP_WS_URL: `ws://127.0.0.1:${port}/ws/chat` },
    ...{ AUTH_DIR: authDir, DOWNLOADS_DIR: await testFolder() },
  };
}

/** Runs the command as a program would. */
async function examined(environment: Environment) {
  let out = '';
  const terminal = {
    clock: systemClock,
    print: (text: string) => (out += text),
    complain: (text: string) => (out += text),
  };
  const code = await runDoctorCommand(['--json'], environment, terminal);
  const report = JSON.parse(out) as { success: boolean; version: string; findings: Finding[] };
  const of = (what: string) => report.findings.find((finding) => finding.what === what)!;
  return { code, ...report, of };
}

it('finds nothing wrong where nothing is, and says what it looked at', async () => {
  const { code, success, version, findings, of } = await examined(await healthy());

  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(findings.map(({ what }) => what)).toEqual([
    ...['Node.js', 'settings', 'server', 'AUTH_DIR', 'database', 'DOWNLOADS_DIR', 'backend', 'WhatsApp', 'clock'],
  ]);
  expect({ code, success, version }).toEqual({ code: 0, success: true, version: VERSION });
  expect(of('database').found).toContain('MASTER_KEY opens it');
});

it('prints a line for each finding, and below it what to do', async () => {
  const environment = { ...(await healthy()), NODE_ENV: 'development' };
  let out = '';
  const terminal = { clock: systemClock, print: (text: string) => (out += text), complain: () => undefined };

  expect(await runDoctorCommand([], environment, terminal)).toBe(0);
  expect(out).toContain('ok       server: version');
  expect(out).toContain(
    'warning  settings: valid, but not for production.\n         → For a server that others use, set NODE_ENV=production.\n',
  );
});

it('refuses unknown arguments, and explains itself', async () => {
  let [out, err] = ['', ''];
  const terminal = {
    clock: systemClock,
    print: (text: string) => (out += text),
    complain: (text: string) => (err += text),
  };
  expect(await runDoctorCommand(['--colour'], {}, terminal)).toBe(2);
  expect(await runDoctorCommand(['--help'], {}, terminal)).toBe(0);
  expect(out).toContain('npm run doctor');
  expect(err).toBe(`Unknown option '--colour'\n\n${out}`);
});

it('stops at settings that are wrong, and names them', async () => {
  const { code, of, findings } = await examined({ ...(await healthy()), PORT: 'a door' });
  expect(code).toBe(1);
  expect(of('settings')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('PORT must be') });
  expect(findings).toHaveLength(2);
});

it('names all settings that are wrong, a finding each', async () => {
  const { findings } = await examined({ ...(await healthy()), PORT: 'a door', API_KEY: '1', MASTER_KEY: 'x' });
  expect(findings.slice(1).map(({ verdict, found }) => [verdict, found.split(' ')[0]])).toEqual([
    ['problem', 'API_KEY'],
    ['problem', 'PORT'],
    ['problem', 'MASTER_KEY'],
  ]);
});

it.each([
  ['24.1.0', 'ok'],
  ['22.18.0', 'ok'],
  ['22.17.1', 'problem'],
  ['20.19.0', 'problem'],
])('judges Node.js %s as %s', (version, verdict) => {
  expect(checkNode(version).verdict).toBe(verdict);
});

describe('the server', () => {
  it.each([
    [{ ...HEALTH, status: 'degraded', problems: ['The backend is down.'] }, 'warning', 'The backend is down'],
    [{ ...HEALTH, status: 'error', problems: ['The disk is full.'] }, 'problem', 'The disk is full'],
    [{ ...HEALTH, version: '3.9.9' }, 'warning', `version 3.9.9 runs at`],
    [{ hello: 'world' }, 'problem', 'another program answers'],
  ])('that answers %j is a %s', async (answer, verdict, found) => {
    const { of } = await examined({ ...(await healthy()), PORT: await json(answer) });
    expect(of('server')).toMatchObject({ verdict, found: expect.stringContaining(found) });
    expect(of('server').found).not.toMatch(/\.$/);
  });

  it('may be stopped: that is a warning', async () => {
    const { code, of } = await examined({ ...(await healthy()), PORT: String(await freePort()) });
    expect([code, of('server').verdict]).toEqual([0, 'warning']);
    expect(of('server').found).toContain('none answers');
  });
});

describe('the database', () => {
  it('in use is named with its process, and is wrong only where no server answers', async () => {
    const environment = await healthy();
    await using storage = openStorage(authDir, clock, new Secret(KEY));

    const running = await examined(environment);
    expect(running.of('database')).toMatchObject({
      verdict: 'ok',
      found: expect.stringContaining('in use by the server'),
    });
    const alone = await examined({ ...environment, PORT: String(await freePort()) });
    expect(alone.of('database')).toMatchObject({ verdict: 'problem' });
    if (process.platform === 'linux') expect(alone.of('database').found).toContain(`process ${process.pid}`);
    await storage.check();
  });

  it.each([
    [{ MASTER_KEY: randomMasterKey() }, 'encrypted with another master key'],
    [{ MASTER_KEY: '', ALLOW_PLAINTEXT_STORAGE: 'true' }, 'is encrypted'],
    [{ MASTER_KEY: randomMasterKey(), NEW_MASTER_KEY: KEY }, undefined],
  ])('needs its key: %j', async (settings, found) => {
    const { of } = await examined({ ...(await healthy()), ...settings });
    expect(of('database').verdict).toBe(found === undefined ? 'ok' : 'problem');
    expect(of('database').found).toContain(found ?? 'is intact');
  });

  it('that is damaged or missing is told apart', async () => {
    const environment = { ...(await healthy()), AUTH_DIR: await testFolder() };
    await writeFile(join(environment.AUTH_DIR, 'orchestrator.db'), 'no database');
    expect((await examined(environment)).of('database')).toMatchObject({ verdict: 'problem' });
    const { of } = await examined({ ...environment, AUTH_DIR: await testFolder() });
    expect(of('database')).toMatchObject({
      verdict: 'ok',
      found: expect.stringContaining('the first start creates it'),
    });
  });

  it('in PostgreSQL is asked, without its password', async () => {
    const DATABASE_URL = `postgres://me:hidden@127.0.0.1:${await freePort()}/shop`;
    const { of } = await examined({ ...(await healthy()), DATABASE_URL, DATABASE_DURABILITY: 'single' });
    expect(of('database')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('/shop') });
    expect(JSON.stringify(of('database'))).not.toContain('hidden');
  });
});

it('a folder that is none, or has too little room, is a problem', async () => {
  const environment = await healthy();
  const file = join(environment.DOWNLOADS_DIR!, 'file');
  await writeFile(file, '');

  expect((await examined({ ...environment, DOWNLOADS_DIR: file })).of('DOWNLOADS_DIR').found).toContain(
    'it is no folder',
  );
  const full = await examined({ ...environment, MIN_FREE_DISK: String(Number.MAX_SAFE_INTEGER) });
  expect(full.of('AUTH_DIR')).toMatchObject({
    verdict: 'problem',
    found: expect.stringContaining('less than MIN_FREE_DISK'),
  });
  const later = await examined({ ...environment, DOWNLOADS_DIR: join(environment.DOWNLOADS_DIR!, 'later') });
  expect(later.of('DOWNLOADS_DIR').found).toContain('can be created');
});

describe('the network', () => {
  it('names a backend and a WhatsApp that refuse connections', async () => {
    const port = await freePort();
    const gone = { BACKEND_BASE_URL: `http://127.0.0.1:${port}`, WHATSAPP_WS_URL: `ws://127.0.0.1:${port}` };
    const { of } = await examined({ ...(await healthy()), ...gone });
    expect(of('backend').found).toContain('ECONNREFUSED');
    expect(of('WhatsApp').found).toContain('ECONNREFUSED');
  });

  it('names the proxy of all sessions, without its password', async () => {
    const PROXY_URL = `http://me:hidden@127.0.0.1:${await freePort()}`;
    const { of } = await examined({ ...(await healthy()), PROXY_URL });
    expect(of('WhatsApp')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('The proxy http://') });
    expect(JSON.stringify(of('WhatsApp'))).not.toContain('hidden');
  });

  it('says that localhost in a container is the container', async () => {
    const config = readConfig({ BACKEND_BASE_URL: `http://localhost:${await freePort()}` });
    expect((await checkBackend(config, true)).todo).toContain('localhost is the container itself');
    expect((await checkBackend(config, false)).todo).toContain('Webhooks wait meanwhile');
  });

  it('says what makes the name of the host known in a container', async () => {
    const config = readConfig({ BACKEND_BASE_URL: `http://host.docker.internal:${await freePort()}` });
    expect((await checkBackend(config, true)).todo).toContain('--add-host=host.docker.internal:host-gateway');
    expect((await checkBackend(config, false)).todo).not.toContain('--add-host');
  });

  it('notices a clock that is minutes off', async () => {
    const date = new Date(Date.UTC(2020, 0, 1)).toUTCString();
    const port = await answering((_, res) => res.setHeader('date', date).end());
    const { of } = await examined({ ...(await healthy()), WHATSAPP_WS_URL: `ws://127.0.0.1:${port}` });
    expect(of('clock')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('ahead of') });
  });

  it.each([
    [{ code: 'ENOTFOUND' }, 'DNS'],
    [{ code: 'EAI_AGAIN' }, 'DNS'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'TLS failed'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'TLS failed'],
    [{ code: 'ECONNRESET' }, 'the connection failed (ECONNRESET)'],
    [{ code: 'ETIMEDOUT' }, 'did not answer within 5 s'],
    [{ name: 'TimeoutError' }, 'did not answer within 5 s'],
    [{}, 'odd'],
  ])('puts %j into words', (fields, words) => {
    const error = Object.assign(new Error('odd'), fields);
    expect(whyNot(error, { hostname: 'shop.example', timeoutMs: 5_000 }).reason).toContain(words);
    expect(whyNot(new Error('odd', { cause: error }), { hostname: 'h', timeoutMs: 5_000 }).reason).toContain(words);
  });
});
