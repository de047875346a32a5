import { createServer, type Server } from 'node:http';
import { readCommandLine } from '../../demo/command-line.ts';
import { close, freePort, HOST, listen } from '../../demo/listen.ts';
import { OrchestratorApi } from '../../demo/orchestrator-api.ts';

describe('--nodes', () => {
  it('is one process unless it is given, for the page and for the check', () => {
    expect(readCommandLine([])).toEqual({ name: 'page', nodes: 1, port: undefined });
    expect(readCommandLine(['--nodes', '3', '--port', '0'])).toEqual({ name: 'page', nodes: 3, port: 0 });
    expect(readCommandLine(['--check', '--nodes', '3'])).toEqual({ name: 'check', nodes: 3 });
  });

  it.each(['0', '10', '-1', 'x', '1.5', ''])('rejects %j', (count) => {
    expect(() => readCommandLine([`--nodes=${count}`])).toThrow('--nodes must be a whole number from 1 to 9');
  });
});

describe('the API of several nodes', () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = createServer((_request, response) => response.end('{"success":true}'));
    url = `http://${HOST}:${await listen(server, 0)}`;
  });
  afterEach(() => close(server));

  it('is answered by those that run, whose ever turn it is', async () => {
    const api = new OrchestratorApi([`http://${HOST}:${await freePort()}`, url], 'key');

    const answers = [await api.call('POST', '/a', {}), await api.call('GET', '/b'), await api.call('GET', '/c')];

    expect(answers).toEqual([{ success: true }, { success: true }, { success: true }]);
  });

  it('rejects when none runs', async () => {
    await close(server);

    await expect(new OrchestratorApi([url, url], 'key').request('GET', '/')).rejects.toThrow('fetch failed');
  });
});
