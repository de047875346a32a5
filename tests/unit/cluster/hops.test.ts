import { RawClient } from '../../api/raw.ts';
import { echo, type Owner, startPeers } from './peers.ts';

const CLOSE = 'Connection: close\r\n';

/** Two nodes, and a client that sends bytes to the one that does not own the session. */
async function startWithClient(owner: Owner = echo) {
  const peers = await startPeers({ owner });
  return {
    ...peers,
    async sends(text: string): Promise<string> {
      const client = await RawClient.to(peers.entry.port);
      client.write(Buffer.from(text, 'latin1'));
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

describe('a request on its way', () => {
  it.each([
    ['escapes', '/sessions/%00%2e%2e%2f%ff?a=%0d%0aX-Wa-Hop:%201&b=%'],
    ['dots and slashes', '//../sessions/./x//..?#?'],
    ['another host', 'http://169.254.169.254/sessions/x'],
    ['characters of headers', '/sessions/x?;,:@&=+$!*\'()"<>[]{}|\\^`~'],
  ])('keeps its path: %s', async (_what, path) => {
    await using nodes = await startWithClient();
    expect(await nodes.sends(`GET ${path} HTTP/1.1\r\nHost: x\r\n${CLOSE}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(nodes.requests.map(({ url }) => url)).toEqual([path]);
  });

  it('keeps headers of any bytes, and loses those that nodes use among themselves', async () => {
    await using nodes = await startWithClient();
    const forged = ['X-Wa-Hop: 2', 'x-wa-from: owner', 'X-WA-PROOF: entry 1 2', 'x-wa-new: 1', 'Expect: 200-ok'];
    const lines = [
      'X-Own: \xe9\xff',
      'X-Own: again',
      'X-Forwarded-For: 10.0.0.1',
      'TE: trailers',
      'Proxy-Authorization: x',
    ];
    const head = [
      'GET / HTTP/1.1',
      'Host: a.example',
      ...forged,
      ...lines,
      'Connection: close, x-hop-by-hop',
      'X-Hop-By-Hop: 1',
    ];
    const client = await RawClient.to(nodes.entry.port);
    client.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'));
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
    const { headers, rawHeaders } = nodes.requests[0]!;
    expect(rawHeaders.filter((text) => /^x-wa-/i.test(text))).toEqual(['x-wa-hop', 'x-wa-from', 'x-wa-proof']);
    expect(headers).toMatchObject({
      ...{
        host: 'a.example',
        'x-own': '\xe9\xff, again',
        'x-forwarded-for': '10.0.0.1, 127.0.0.1',
        'x-wa-from': 'entry',
      },
    });
    for (const name of ['te', 'proxy-authorization', 'x-hop-by-hop', 'expect'])
      expect(headers).not.toHaveProperty(name);
  });

  it('that was forwarded already is not believed on a public port, and not forwarded in a circle', async () => {
    await using nodes = await startWithClient();
    await nodes.call();
    const { rawHeaders } = nodes.requests[0]!;
    const copied = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    // To the public port of the entry, as if a node had sent it: it is a request like any other.
    const answer = await nodes.sends(
      `GET /sessions/x HTTP/1.1\r\n${copied.replace(/^connection:.*\r\n/im, '')}${CLOSE}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(nodes.requests[1]!.headers['x-wa-proof']).not.toBe(nodes.requests[0]!.headers['x-wa-proof']);
  });

  it('is asked for its body as the client wants it, and says nothing of that to the owner twice', async () => {
    await using nodes = await startWithClient();
    const client = await RawClient.to(nodes.entry.port);
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n${CLOSE}\r\n`);
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    client.write('hola');
    expect(await client.closed()).toMatch(/HTTP\/1\.1 200 OK[^]*hola/);
    expect(nodes.requests[0]!.headers.expect).toBe('100-continue');
  });

  it('may be asked for its head only', async () => {
    await using nodes = await startWithClient((_request, response) => {
      response.setHeader('Content-Length', 1_000_000);
      response.end();
    });
    const answer = await nodes.call({ method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '1000000', '']);
    // The connection between the nodes is fit for another one.
    expect((await nodes.call({ method: 'HEAD' })).status).toBe(200);
    expect(nodes.requests[1]!.socket.remotePort).toBe(nodes.requests[0]!.socket.remotePort);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('with %s and no body has none there either', async (method) => {
    await using nodes = await startWithClient();
    expect(await (await nodes.call({ method })).text()).toBe('');
    expect(nodes.requests[0]!.headers).not.toHaveProperty('transfer-encoding');
  });
});
