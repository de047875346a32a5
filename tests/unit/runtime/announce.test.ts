import { readConfig } from '../../../src/config/config.ts';
import { announceReady } from '../../../src/runtime/announce.ts';
import { isInContainer, isOwnMachine } from '../../../src/runtime/container.ts';
import { logInMemory } from '../../harness/log-in-memory.ts';

const URL = 'http://localhost:3000';

async function said(settings: Record<string, string>, inContainer: boolean): Promise<string> {
  const { log, text } = await logInMemory();
  announceReady(readConfig(settings), { url: URL, log, inContainer });
  return text();
}

it('names the dashboard and the reference', async () => {
  expect(await said({}, false)).toMatch(
    /"dashboard":"http:\/\/localhost:3000\/dashboard","reference":"http:\/\/localhost:3000\/docs"/,
  );
  expect(await said({ DASHBOARD: 'false' }, false)).not.toContain('dashboard');
});

it('warns of a backend that is looked for in the container, and says what to set', async () => {
  expect(await said({}, true)).toMatch(/looked for in this container/);
  expect(await said({}, true)).toContain('host.docker.internal');
  expect(await said({ BACKEND_BASE_URL: 'http://backend:8000' }, true)).not.toContain('in this container');
  expect(await said({}, false)).not.toContain('in this container');
});

it.each([
  ['http://localhost:8000', true],
  ['http://127.0.0.2', true],
  ['http://[::1]:8000', true],
  ['http://127.example.org', false],
  ['http://backend:8000', false],
])('%s is the own machine: %s', (url, isOwn) => {
  expect(isOwnMachine(url)).toBe(isOwn);
});

it.each([
  ['/.dockerenv', '', true],
  ['/run/.containerenv', '', true],
  ['', '12:cpu:/kubepods/besteffort/pod1', true],
  ['', '1:name=systemd:/docker/4f', true],
  ['', '0::/init.scope', false],
])('knows a container by %s%s: %s', (file, cgroup, expected) => {
  expect(isInContainer({ exists: (path) => path === file, read: () => cgroup })).toBe(expected);
});
