import { RawClient } from '../../api/raw.ts';
import { startPeers } from './peers.ts';

const CLOSE = 'Connection: close\r\n';

/** Two nodes, and a client that sends bytes to the one that does not own the session. */
async function startWithClient() {
  const peers = await startPeers();
  return {
    ...peers,
    async sends(text: string): Promise<string> {
      const client = await RawClient.to(peers.entry.port);
      client.write(text);
      return client.closed();
    },
    [Symbol.asyncDispose]: () => peers[Symbol.asyncDispose](),
  };
}

describe('what a client sends', () => {
  it.each(['GET', 'DELETE', 'OPTIONS', 'POST'])(
    'never becomes a second request to the owner: a body that %s says is none',
    async (method) => {
      await using nodes = await startWithClient();
      const second = 'GET /sessions/y HTTP/1.1\r\nHost: x\r\nx-wa-hop: 1\r\nx-wa-from: entry\r\n\r\n';
      const head = `${method} /sessions/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${second.length}\r\n`;
      const answer = await nodes.sends(`${head}Connection: close, content-length\r\n\r\n${second}`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain('GET /sessions/y');
      // Another request over the connection between the nodes gets its own answer.
      expect(await (await nodes.call({ method: 'POST', body: 'mine' })).text()).toBe('mine');
      expect(nodes.requests.map(({ url }) => url)).toEqual(['/sessions/x', '/sessions/x']);
    },
  );
});
