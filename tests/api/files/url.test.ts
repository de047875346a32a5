import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { post, postUrl, startFileHost, startFilesServer } from './support.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and what follows', 'latin1');

async function startWorld(listener: RequestListener, maxBytes = 1024 * 1024) {
  const host = await startFileHost(listener);
  const server = await startFilesServer({ maxBytes });
  return {
    ...{ host, server },
    fetch: (path = '/a.png', more: object = {}) => postUrl(server.url, `${host.url}${path}`, more),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

describe('a file at a URL', () => {
  it('is on disk while the request is answered, and gone with the answer', async () => {
    await using world = await startWorld((_req, res) => res.setHeader('Content-Type', 'image/png').end(PNG));
    expect(await world.fetch('/photos/m%C3%A1s.png?key=1#part')).toEqual({ status: 200 });
    expect(world.server.seen[0]?.file).toMatchObject({
      content: PNG,
      size: PNG.length,
      mimetype: 'image/png',
      fileName: 'más.png',
      modes: ['600', '700'],
    });
    expect(await world.server.leftovers()).toEqual([]);
  });

  it('is requested anonymously, apart from our user agent', async () => {
    await using world = await startWorld((_req, res) => res.setHeader('Set-Cookie', 'a=b').end(PNG));
    await world.fetch();
    await world.fetch();
    const headers = {
      host: `127.0.0.1:${world.host.port}`,
      'user-agent': 'whatsapp-orchestrator/4.0.0',
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
    };
    expect(world.host.requests).toEqual([
      { url: '/a.png', headers },
      { url: '/a.png', headers },
    ]);
  });

  interface Described {
    headers?: Record<string, string>;
    given?: object;
    path?: string;
    is: [mimetype: string, fileName: string | null];
  }

  const disposition = (text: string) => ({ 'Content-Disposition': text });

  it.each<[string, Described]>([
    ['from the server', { headers: { 'Content-Type': 'Video/MP4' }, is: ['video/mp4', 'a'] }],
    ['from its content', { headers: { 'Content-Type': 'application/octet-stream' }, is: ['image/png', 'a'] }],
    [
      'from the caller',
      { headers: { 'Content-Type': 'video/mp4' }, given: { mimetype: 'image/webp' }, is: ['image/webp', 'a'] },
    ],
    ['from the header', { headers: disposition('attachment; filename="b.png"'), is: ['image/png', 'b.png'] }],
    [
      'from the extended header',
      {
        headers: disposition(`attachment; filename="b.png"; filename*=UTF-8''c%20%C3%B1.png`),
        is: ['image/png', 'c ñ.png'],
      },
    ],
    [
      'from the caller rather than the header',
      { headers: disposition('attachment; filename="b"'), given: { file_name: 'd.png' }, is: ['image/png', 'd.png'] },
    ],
    ['without folders', { headers: disposition('inline; filename="../../b"'), is: ['image/png', 'b'] }],
    ['without control characters', { path: '/x%2F..%2F%00b%0A.png', is: ['image/png', 'b.png'] }],
    ['from nothing', { path: '/', is: ['image/png', null] }],
  ])('has its type and name %s', async (_what, { headers = {}, given = {}, path = '/a', is }) => {
    await using world = await startWorld((_req, res) => res.writeHead(200, headers).end(PNG));
    await world.fetch(path, given);
    const { file } = world.server.seen[0] ?? {};
    expect([file?.mimetype, file?.fileName]).toEqual(is);
  });

  it('may be behind three redirects, but not four', async () => {
    await using world = await startWorld((req, res) => {
      const left = Number(req.url?.slice(1));
      if (left === 0) res.end(PNG);
      else res.writeHead([301, 302, 303, 307, 308][left] ?? 302, { Location: `./${left - 1}` }).end('elsewhere');
    });
    expect(await world.fetch('/3')).toEqual({ status: 200 });
    expect(await world.fetch('/4')).toMatchObject({ status: 422, error: 'url_not_reachable' });
    expect(world.server.seen).toHaveLength(1);
    expect(world.host.requests).toHaveLength(8);
  });

  it('may be as large as the limit, whatever its declared length', async () => {
    await using world = await startWorld((req, res) => {
      const size = Number(req.url?.slice(2));
      if (req.url?.startsWith('/c')) res.setHeader('Content-Length', size);
      res.end(Buffer.alloc(size, 1));
    }, 100_000);
    expect(await world.fetch('/c100000')).toEqual({ status: 200 });
    const tooLarge = { status: 413, error: 'file_too_large' };
    expect(await world.fetch('/c100001')).toMatchObject(tooLarge);
    expect(await world.fetch('/x100001')).toMatchObject(tooLarge);
    expect(await world.server.leftovers()).toEqual([]);
  });

  it('that never ends is aborted at the limit', async () => {
    await using world = await startWorld((_req, res) => {
      const more = (): void => {
        if (!res.destroyed) res.write(Buffer.alloc(20_000), () => setImmediate(more));
      };
      more();
    }, 100_000);
    expect(await world.fetch()).toMatchObject({ status: 413, error: 'file_too_large' });
    await world.host.untilLeft();
    expect(await world.server.leftovers()).toEqual([]);
  });

  it('is only fetched if the answer to its Idempotency-Key is unknown', async () => {
    await using world = await startWorld((_req, res) => res.end(PNG));
    const body = { file: { url: `${world.host.url}/a.png` } };
    const headers = { 'Idempotency-Key': 'order-1' };
    expect(await post(world.server.url, body, headers)).toEqual({ status: 200 });
    expect(await post(world.server.url, body, headers)).toEqual({ status: 200 });
    expect(world.host.requests).toHaveLength(1);
  });
});

const UNREACHABLE = { status: 422, error: 'url_not_reachable' };

describe('a file server', () => {
  it.each<[string, RequestListener, string]>([
    ['answers 404', (_req, res) => res.writeHead(404).end('no'), 'it answered with status 404'],
    ['answers 500', (_req, res) => res.writeHead(500).end('no'), 'it answered with status 500'],
    ['answers 206', (_req, res) => res.writeHead(206).end('a part'), 'it answered with status 206'],
    ['answers 302 without saying where', (_req, res) => res.writeHead(302).end(), 'it answered with status 302'],
    [
      'compresses the file',
      (_req, res) => res.setHeader('Content-Encoding', 'gzip').end('x'),
      'it sent the file compressed, which was not requested',
    ],
    ['closes without an answer', (req) => req.socket.destroy(), 'the connection failed'],
    ['does not speak HTTP', (req) => req.socket.end('hello, who is there?\r\n\r\n'), 'the connection failed'],
    [
      'has endless headers',
      (req) => req.socket.end(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`),
      'the connection failed',
    ],
    [
      'switches protocols',
      (req) => req.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      'it closed the connection',
    ],
    [
      'truncates the file',
      (_req, res) => void res.writeHead(200, { 'Content-Length': '9999' }).write('x', () => res.destroy()),
      'the connection failed',
    ],
  ])('that %s is reported', async (_what, listener, why) => {
    await using world = await startWorld(listener);
    expect(await world.fetch()).toEqual({
      ...UNREACHABLE,
      message: `The file could not be fetched from its URL: ${why}.`,
    });
    expect(world.server.seen).toEqual([]);
    expect(await world.server.leftovers()).toEqual([]);
  });

  it('that sends nothing is refused like an empty file', async () => {
    await using world = await startWorld((_req, res) => res.end());
    expect(await world.fetch()).toMatchObject({ status: 400, error: 'invalid_file', message: 'The file is empty.' });
    expect(await world.server.leftovers()).toEqual([]);
  });

  it('is asked directly, whatever proxy the environment names', async () => {
    await using proxy = await startFileHost((_req, res) => res.end(PNG));
    await using world = await startWorld((_req, res) => res.end(PNG));
    const before = process.env.http_proxy;
    process.env.http_proxy = proxy.url;
    try {
      expect(await world.fetch()).toEqual({ status: 200 });
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
    expect(proxy.requests).toEqual([]);
    expect(world.host.requests).toHaveLength(1);
  });

  it('that does not listen is not reachable', async () => {
    await using world = await startWorld((_req, res) => res.end());
    const { port } = world.host;
    await world.host[Symbol.asyncDispose]();
    expect(await postUrl(world.server.url, `http://127.0.0.1:${port}/`)).toMatchObject(UNREACHABLE);
  });

  it('whose name cannot be resolved is not reachable', async () => {
    await using server = await startFilesServer({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await postUrl(server.url, 'http://pictures.example/')).toMatchObject(UNREACHABLE);
    await using empty = await startFilesServer({ resolve: () => Promise.resolve([]) });
    expect(await postUrl(empty.url, 'http://pictures.example/')).toMatchObject(UNREACHABLE);
  });

  it('with an invalid certificate is not reachable', async () => {
    await using world = await startWorld((_req, res) => res.end(PNG));
    expect(await postUrl(world.server.url, `https://127.0.0.1:${world.host.port}/`)).toMatchObject(UNREACHABLE);
  });

  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['stops in the middle', (_req, res) => void res.write(PNG)],
  ])('that %s times out after a minute', async (_what, listener) => {
    await using world = await startWorld((req, res) => {
      listener(req, res);
      arrived.resolve(undefined);
    });
    const arrived = Promise.withResolvers<undefined>();
    const answer = world.fetch();
    await arrived.promise;
    while (world.server.clock.hasTimer(10_000)) await new Promise((resolve) => setImmediate(resolve));
    world.server.clock.skip(59_000);
    expect(world.server.clock.hasTimer(60_000)).toBe(true);
    world.server.clock.skip(1_000);
    expect(await answer).toEqual({
      ...UNREACHABLE,
      message: 'The file could not be fetched from its URL: it took longer than 60 seconds.',
    });
    await world.host.untilLeft();
    expect(await world.server.leftovers()).toEqual([]);
  });

  it('whose name is never resolved times out after ten seconds', async () => {
    await using server = await startFilesServer({ resolve: () => new Promise(() => undefined) });
    const answer = postUrl(server.url, 'http://pictures.example/');
    while (!server.clock.hasTimer(10_000)) await new Promise((resolve) => setImmediate(resolve));
    server.clock.skip(10_000);
    expect(await answer).toEqual({
      ...UNREACHABLE,
      message: 'The file could not be fetched from its URL: no connection could be made within 10 seconds.',
    });
  });

  it('is still asked for a client that has disconnected, and the file is removed afterwards', async () => {
    const asked = Promise.withResolvers<() => void>();
    await using world = await startWorld((_req, res) => asked.resolve(() => res.end(PNG)));
    const { port } = world.server;
    const body = JSON.stringify({ file: { url: `${world.host.url}/` } });
    const client = connect(port, '127.0.0.1').end(
      `POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const finish = await asked.promise;
    client.destroy();
    finish();
    while (world.server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    while ((await world.server.leftovers()).length > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
